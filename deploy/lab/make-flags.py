#!/usr/bin/env python3
"""Writes flags/<cc>/<cc>.gif and flags/<cc>/metadata.json for every country below: python3 deploy/lab/make-flags.py

The flags are drafts of 48 by 32 pixels: the fields and colours of the real ones, without arms and stars. Codes and names are
those of ISO 3166-1 in everyday English.
"""
import json
import pathlib

WIDTH, HEIGHT = 48, 32
# n: a dark blue
COLOURS = {"r": 0xCE1126, "w": 0xFFFFFF, "b": 0x0033A0, "g": 0x007A3D, "y": 0xFCD116, "k": 0x000000, "o": 0xF77F00, "l": 0x6CACE4, "m": 0x8A1538, "n": 0x002366}

# A pattern: h horizontal fields, v vertical fields, t horizontal fields behind a triangle (first colour), c cross towards the hoist on a
# ground, x saltire on a ground, d disc on a ground, q quarter (first colour) on horizontal fields. A colour twice is a field twice as large.
COUNTRIES = """
AD|Andorra|v:byr
AE|United Arab Emirates|h:gwk
AF|Afghanistan|v:krg
AG|Antigua and Barbuda|t:rkbw
AL|Albania|d:rk
AM|Armenia|h:rbo
AO|Angola|h:rk
AR|Argentina|h:lwl
AT|Austria|h:rwr
AU|Australia|q:rnnn
AZ|Azerbaijan|h:lrg
BA|Bosnia and Herzegovina|v:byb
BB|Barbados|v:byb
BD|Bangladesh|d:gr
BE|Belgium|v:kyr
BF|Burkina Faso|h:rg
BG|Bulgaria|h:wgr
BH|Bahrain|v:wrr
BI|Burundi|x:rw
BJ|Benin|v:gyr
BN|Brunei|h:ywky
BO|Bolivia|h:ryg
BR|Brazil|d:gy
BS|Bahamas|t:klyl
BT|Bhutan|h:yo
BW|Botswana|h:llwkwll
BY|Belarus|h:rrg
BZ|Belize|h:rbbbbbr
CA|Canada|v:rwwr
CD|Democratic Republic of the Congo|x:lr
CF|Central African Republic|h:bwgy
CG|Republic of the Congo|h:gyr
CH|Switzerland|d:rw
CI|Ivory Coast|v:owg
CL|Chile|q:bwr
CM|Cameroon|v:gry
CN|China|q:yrrr
CO|Colombia|h:yybr
CR|Costa Rica|h:bwrrwb
CU|Cuba|t:rbwbwb
CV|Cape Verde|h:bbbbbwrwb
CY|Cyprus|d:wo
CZ|Czech Republic|t:bwr
DE|Germany|h:kry
DJ|Djibouti|t:wlg
DK|Denmark|c:rw
DM|Dominica|c:gy
DZ|Algeria|v:gw
EC|Ecuador|h:yybr
EE|Estonia|h:bkw
EG|Egypt|h:rwk
ER|Eritrea|t:rgb
ES|Spain|h:ryyr
ET|Ethiopia|h:gyr
FI|Finland|c:wb
FJ|Fiji|q:nlll
FM|Micronesia|d:lw
FR|France|v:bwr
GA|Gabon|h:gyb
GB|United Kingdom|x:nw
GD|Grenada|x:gy
GE|Georgia|c:wr
GH|Ghana|h:ryg
GM|Gambia|h:rrwbbwgg
GN|Guinea|v:ryg
GQ|Equatorial Guinea|t:bgwr
GR|Greece|q:bbwbwbwbwb
GT|Guatemala|v:lwl
GW|Guinea-Bissau|t:ryg
GY|Guyana|t:rgyg
HN|Honduras|h:bwb
HR|Croatia|h:rwb
HT|Haiti|h:br
HU|Hungary|h:rwg
ID|Indonesia|h:rw
IE|Ireland|v:gwo
IL|Israel|h:wbwwwwbw
IN|India|h:owg
IQ|Iraq|h:rwk
IR|Iran|h:gwr
IS|Iceland|c:br
IT|Italy|v:gwr
JM|Jamaica|x:gy
JO|Jordan|t:rkwg
JP|Japan|d:wr
KE|Kenya|h:kkwrrwgg
KG|Kyrgyzstan|d:ry
KH|Cambodia|h:brrb
KI|Kiribati|h:rrbwbw
KM|Comoros|t:gywrb
KN|Saint Kitts and Nevis|x:gk
KP|North Korea|h:bwrrrrwb
KR|South Korea|d:wr
KW|Kuwait|t:kgwr
KZ|Kazakhstan|d:ly
LA|Laos|h:rbbr
LB|Lebanon|h:rwwr
LC|Saint Lucia|d:ly
LI|Liechtenstein|h:br
LK|Sri Lanka|v:gomm
LR|Liberia|q:brwrwrwrwrwr
LS|Lesotho|h:bbbwwwwggg
LT|Lithuania|h:ygr
LU|Luxembourg|h:rwl
LV|Latvia|h:mmwmm
LY|Libya|h:rkkg
MA|Morocco|d:rg
MC|Monaco|h:rw
MD|Moldova|v:byr
ME|Montenegro|d:ry
MG|Madagascar|t:wrg
MH|Marshall Islands|x:bo
MK|North Macedonia|x:ry
ML|Mali|v:gyr
MM|Myanmar|h:ygr
MN|Mongolia|v:rbr
MR|Mauritania|h:rgggr
MT|Malta|v:wr
MU|Mauritius|h:rbyg
MV|Maldives|d:rg
MW|Malawi|h:krg
MX|Mexico|v:gwr
MY|Malaysia|q:brwrwrwrwrw
MZ|Mozambique|t:rgwkwy
NA|Namibia|x:br
NE|Niger|h:owg
NG|Nigeria|v:gwg
NI|Nicaragua|h:bwb
NL|Netherlands|h:rwb
NO|Norway|c:rb
NP|Nepal|d:rw
NR|Nauru|h:nnnynnn
NZ|New Zealand|q:rnnn
OM|Oman|h:wrg
PA|Panama|q:bwr
PE|Peru|v:rwr
PG|Papua New Guinea|h:rk
PH|Philippines|t:wbr
PK|Pakistan|v:wggg
PL|Poland|h:wr
PT|Portugal|v:ggrrr
PW|Palau|d:ly
PY|Paraguay|h:rwb
QA|Qatar|v:wmm
RO|Romania|v:byr
RS|Serbia|h:rbw
RU|Russia|h:wbr
RW|Rwanda|h:llyg
SA|Saudi Arabia|h:gggwgg
SB|Solomon Islands|t:byg
SC|Seychelles|t:byrwg
SD|Sudan|t:grwk
SE|Sweden|c:by
SG|Singapore|h:rw
SI|Slovenia|h:wbr
SK|Slovakia|h:wbr
SL|Sierra Leone|h:gwb
SM|San Marino|h:wl
SN|Senegal|v:gyr
SO|Somalia|d:lw
SR|Suriname|h:ggwrrrrwgg
SS|South Sudan|t:bkwrwg
ST|Sao Tome and Principe|t:rgyyg
SV|El Salvador|h:bwb
SY|Syria|h:gwk
SZ|Eswatini|h:byrrryb
TD|Chad|v:byr
TG|Togo|q:rgygyg
TH|Thailand|h:rwbbwr
TJ|Tajikistan|h:rrwwwgg
TL|Timor-Leste|t:krr
TM|Turkmenistan|v:gmggg
TN|Tunisia|d:rw
TO|Tonga|q:wrrr
TR|Turkey|d:rw
TT|Trinidad and Tobago|x:rk
TV|Tuvalu|q:nlll
TW|Taiwan|q:brrr
TZ|Tanzania|x:gk
UA|Ukraine|h:by
UG|Uganda|h:kyrkyr
US|United States|q:brwrwrwrwrwrwr
UY|Uruguay|q:wwbwbwbwbw
UZ|Uzbekistan|h:llrwwrgg
VA|Vatican City|v:yw
VC|Saint Vincent and the Grenadines|v:byyg
VE|Venezuela|h:ybr
VN|Vietnam|d:ry
VU|Vanuatu|t:krg
WS|Samoa|q:brrr
YE|Yemen|h:rwk
ZA|South Africa|t:krgb
ZM|Zambia|h:gggo
ZW|Zimbabwe|t:wgyrkryg
"""


def colour_at(pattern, colours, x, y):
    field = lambda fields, at, size: fields[at * len(fields) // size]
    if pattern == "h":
        return field(colours, y, HEIGHT)
    if pattern == "v":
        return field(colours, x, WIDTH)
    if pattern == "t":
        return colours[0] if x < min(y, HEIGHT - 1 - y) * 1.2 else field(colours[1:], y, HEIGHT)
    if pattern == "q":
        return colours[0] if x < WIDTH // 2 and y < HEIGHT // 2 else field(colours[1:], y, HEIGHT)
    ground, sign = colours
    if pattern == "c":
        return sign if abs(x - 17) < 4 or abs(y - HEIGHT // 2 + 0.5) < 4 else ground
    if pattern == "x":
        return sign if min(abs(x * HEIGHT - y * WIDTH), abs(x * HEIGHT - (HEIGHT - 1 - y) * WIDTH)) < 4 * WIDTH else ground
    return sign if (x - WIDTH / 2 + 0.5) ** 2 + (y - HEIGHT / 2 + 0.5) ** 2 < 81 else ground


def compressed(pixels, size):
    """GIF's variant of LZW."""
    clear, end = 1 << size, (1 << size) + 1
    bits, held, out = 0, 0, bytearray()

    def put(code, width):
        nonlocal bits, held
        held |= code << bits
        bits += width
        while bits >= 8:
            out.append(held & 255)
            held >>= 8
            bits -= 8

    table, width, known = {(p,): p for p in range(clear)}, size + 1, ()
    put(clear, width)
    for pixel in pixels:
        if known + (pixel,) in table:
            known += (pixel,)
            continue
        put(table[known], width)
        table[known + (pixel,)] = len(table) + 2
        if len(table) + 1 == 1 << width:
            width += 1
        known = (pixel,)
    put(table[known], width)
    put(end, width)
    put(0, 7)
    return bytes(out)


def gif(pattern, colours):
    palette = sorted(set(colours))
    size = max(2, (len(palette) - 1).bit_length())
    pixels = [palette.index(colour_at(pattern, colours, x, y)) for y in range(HEIGHT) for x in range(WIDTH)]
    data = compressed(pixels, size)
    blocks = b"".join(bytes([len(data[i:i + 255])]) + data[i:i + 255] for i in range(0, len(data), 255))
    table = b"".join(COLOURS[c].to_bytes(3, "big") for c in palette).ljust(3 << size, b"\0")
    header = b"GIF89a" + WIDTH.to_bytes(2, "little") + HEIGHT.to_bytes(2, "little") + bytes([0xF0 | (size - 1), 0, 0])
    image = b"," + bytes(4) + WIDTH.to_bytes(2, "little") + HEIGHT.to_bytes(2, "little") + b"\0"
    return header + table + image + bytes([size]) + blocks + b"\0;"


def main():
    folder = pathlib.Path(__file__).parent / "sites" / "flags"
    for line in COUNTRIES.split("\n"):
        if line:
            code, name, look = line.split("|")
            place = folder / code.lower()
            place.mkdir(parents=True, exist_ok=True)
            pattern, colours = look.split(":")
            (place / f"{code.lower()}.gif").write_bytes(gif(pattern, colours))
            (place / "metadata.json").write_text(json.dumps({"country": name, "code": code}) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
