namespace EchoService.Downloads.Naming;

/// <summary>Which extension a media type's files have. Ours, and short: the types that are downloaded. Programs' names (.php, .org, .com) are none.</summary>
internal static class MediaTypes
{
    // The first extension of a line is the one that is given; the others count as known too.
    private static readonly (string Type, string[] Extensions)[] Table =
    [
        ("text/html", ["html", "htm"]), ("application/xhtml+xml", ["xhtml"]), ("text/plain", ["txt", "text", "log", "conf", "asc"]),
        ("text/css", ["css"]), ("text/csv", ["csv"]), ("text/tab-separated-values", ["tsv"]), ("text/markdown", ["md"]), ("text/calendar", ["ics"]),
        ("text/javascript", ["js", "mjs"]), ("application/javascript", ["js"]), ("text/xml", ["xml"]), ("application/xml", ["xml", "xsd"]),
        ("text/vcard", ["vcf"]), ("text/vtt", ["vtt"]), ("application/rtf", ["rtf"]), ("text/rtf", ["rtf"]), ("application/sql", ["sql"]),
        ("application/json", ["json"]), ("application/geo+json", ["geojson"]), ("application/ld+json", ["jsonld"]),
        ("application/x-ndjson", ["ndjson", "jsonl"]), ("application/manifest+json", ["webmanifest"]), ("application/yaml", ["yaml", "yml"]),
        ("application/toml", ["toml"]), ("application/atom+xml", ["atom"]), ("application/rss+xml", ["rss"]), ("application/wasm", ["wasm"]),
        ("image/gif", ["gif"]), ("image/png", ["png"]), ("image/jpeg", ["jpg", "jpeg", "jpe", "jfif"]), ("image/webp", ["webp"]), ("image/avif", ["avif"]),
        ("image/apng", ["apng"]), ("image/heic", ["heic"]), ("image/jxl", ["jxl"]), ("image/svg+xml", ["svg", "svgz"]), ("image/bmp", ["bmp"]),
        ("image/tiff", ["tif", "tiff"]), ("image/vnd.microsoft.icon", ["ico"]), ("image/x-icon", ["ico"]), ("image/jp2", ["jp2"]),
        ("audio/mpeg", ["mp3"]), ("audio/mp4", ["m4a"]), ("audio/ogg", ["ogg", "oga", "opus"]), ("audio/wav", ["wav"]), ("audio/x-wav", ["wav"]),
        ("audio/flac", ["flac"]), ("audio/aac", ["aac"]), ("audio/midi", ["mid", "midi"]), ("audio/webm", ["weba"]),
        ("video/mp4", ["mp4", "m4v"]), ("video/mpeg", ["mpg", "mpeg"]), ("video/webm", ["webm"]), ("video/ogg", ["ogv"]), ("video/quicktime", ["mov"]),
        ("video/x-msvideo", ["avi"]), ("video/x-matroska", ["mkv"]), ("video/mp2t", ["ts"]), ("application/vnd.apple.mpegurl", ["m3u8"]),
        ("font/woff", ["woff"]), ("font/woff2", ["woff2"]), ("font/ttf", ["ttf"]), ("font/otf", ["otf"]), ("application/vnd.ms-fontobject", ["eot"]),
        ("application/pdf", ["pdf"]), ("application/postscript", ["ps", "eps"]), ("application/epub+zip", ["epub"]),
        ("application/zip", ["zip"]), ("application/gzip", ["gz", "tgz"]), ("application/x-gzip", ["gz"]), ("application/x-tar", ["tar"]),
        ("application/x-bzip2", ["bz2"]), ("application/x-xz", ["xz"]), ("application/zstd", ["zst"]), ("application/x-7z-compressed", ["7z"]),
        ("application/vnd.rar", ["rar"]), ("application/java-archive", ["jar"]), ("application/x-brotli", ["br"]),
        ("application/vnd.debian.binary-package", ["deb"]), ("application/x-rpm", ["rpm"]), ("application/x-iso9660-image", ["iso"]),
        ("application/vnd.android.package-archive", ["apk"]), ("application/x-apple-diskimage", ["dmg"]), ("application/x-bittorrent", ["torrent"]),
        ("application/x-msi", ["msi"]), ("application/vnd.microsoft.portable-executable", ["exe", "dll"]),
        ("application/msword", ["doc"]), ("application/vnd.ms-excel", ["xls"]), ("application/vnd.ms-powerpoint", ["ppt"]),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ["docx"]),
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ["xlsx"]),
        ("application/vnd.openxmlformats-officedocument.presentationml.presentation", ["pptx"]),
        ("application/vnd.oasis.opendocument.text", ["odt"]), ("application/vnd.oasis.opendocument.spreadsheet", ["ods"]),
        ("application/vnd.oasis.opendocument.presentation", ["odp"]), ("application/vnd.sqlite3", ["sqlite", "sqlite3"]),
        ("application/vnd.apache.parquet", ["parquet"]), ("application/x-hdf5", ["h5", "hdf5"]), ("application/pgp-signature", ["sig"]),
        ("application/x-pem-file", ["pem"]), ("application/pkix-cert", ["cer", "crt"]), ("message/rfc822", ["eml"]), ("application/octet-stream", ["bin"]),
    ];

    private static readonly Dictionary<string, string> ByType =
        Table.ToDictionary(row => row.Type, row => $".{row.Extensions[0]}", StringComparer.OrdinalIgnoreCase);

    private static readonly HashSet<string> Known =
        new(Table.SelectMany(row => row.Extensions).Select(extension => $".{extension}"), StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether an extension (with its dot) maps to a media type.</summary>
    public static bool IsExtension(string extension) => Known.Contains(extension);

    /// <summary>The extension, with its dot, for a <c>Content-Type</c>; null when the type says nothing about the content.</summary>
    public static string? ExtensionOf(string? contentType)
    {
        var type = contentType?.Split(';')[0].Trim() ?? "";
        if (type.Equals("application/octet-stream", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        if (ByType.TryGetValue(type, out var extension))
        {
            return extension;
        }

        // RFC 6839: the suffix tells the syntax beneath.
        return type.EndsWith("+json", StringComparison.OrdinalIgnoreCase) ? ".json"
            : type.EndsWith("+xml", StringComparison.OrdinalIgnoreCase) ? ".xml"
            : null;
    }
}
