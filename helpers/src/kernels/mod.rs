//! The CPU inner loops behind `functional`; nobody else calls them.
