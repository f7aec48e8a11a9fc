"""Makes inter-subset.otf, the one font of the figures, from Inter-Regular.otf (Inter 3.19).

    pip install fonttools
    python subset.py Inter-Regular.otf inter-subset.otf

Kept: Latin, accents, Greek, arrows, the usual mathematics. Inter has no nabla and no
element-of: they are made from its capital delta (turned over) and its lunate epsilon.
"""

import sys

from fontTools import subset
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont

KEPT = [*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x391, 0x3CA), 0x3D1, 0x3D5, 0x3F5]
KEPT += map(
    ord,
    "ŷ‐‑–—‘’“”„†‡•…‰′″‹›⁄€™"
    "⁰⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ᵢⱼ"
    "←↑→↓↔⇐⇒⇔∂∆∏∑−∕∘∙√∞∫≈≠≡≤≥∩∪∀∃∅◊●○■□▲▼✓✗‖\u2009\u202f",
)


def add_glyph(font, code, source, turned):
    """A glyph for `code` that looks like `source`, turned upside down if asked."""
    glyphs = font.getGlyphSet()
    width = glyphs[source].width
    pen = T2CharStringPen(width, glyphs)
    height = font["OS/2"].sCapHeight
    glyphs[source].draw(TransformPen(pen, (1, 0, 0, -1, 0, height)) if turned else pen)
    name = f"uni{code:04X}"
    cff = font["CFF "].cff[0]
    charstring = pen.getCharString(private=cff.Private, globalSubrs=cff.GlobalSubrs)
    cff.CharStrings.charStringsIndex.append(charstring)
    cff.CharStrings.charStrings[name] = len(cff.CharStrings.charStringsIndex) - 1
    cff.charset.append(name)
    font.setGlyphOrder(cff.charset)
    font["hmtx"][name] = (width, font["hmtx"][source][1])
    font["maxp"].numGlyphs = len(cff.charset)
    for table in font["cmap"].tables:
        if table.isUnicode():
            table.cmap[code] = name


def main(source, target):
    font = TTFont(source)
    options = subset.Options(layout_features=["kern", "mark", "mkmk", "ccmp"], hinting=False)
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.desubroutinize = True
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=KEPT)
    subsetter.subset(font)
    cmap = font.getBestCmap()
    add_glyph(font, ord("∇"), cmap[0x394], turned=True)
    add_glyph(font, ord("∈"), cmap.get(0x3F5, cmap[0x3B5]), turned=False)
    font.save(target)


if __name__ == "__main__":
    main(*sys.argv[1:])
