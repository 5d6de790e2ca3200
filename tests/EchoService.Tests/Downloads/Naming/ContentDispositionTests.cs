using EchoService.Downloads.Naming;

namespace EchoService.Tests.Downloads.Naming;

/// <summary>Every case of J. Reschke's tc2231 table (http://greenbytes.de/tech/tc2231/), under its name there; null: no name from the header.</summary>
public sealed class ContentDispositionTests
{
    public static TheoryData<string, string, string?> Inline => new()
    {
        { "inlonly", "inline", null },
        { "inlonlyquoted", "\"inline\"", null },
        { "inlwithasciifilename", "inline; filename=\"foo.html\"", "foo.html" },
        { "inlwithfnattach", "inline; filename=\"Not an attachment!\"", "Not an attachment!" },
        { "inlwithasciifilenamepdf", "inline; filename=\"foo.pdf\"", "foo.pdf" },
    };

    public static TheoryData<string, string, string?> Attachment => new()
    {
        { "attonly", "attachment", null },
        { "attonlyquoted", "\"attachment\"", null },
        { "attonlyucase", "ATTACHMENT", null },
        { "attwithasciifilename", "attachment; filename=\"foo.html\"", "foo.html" },
        { "attwithasciifilename25", "attachment; filename=\"0000000000111111111122222\"", "0000000000111111111122222" },
        { "attwithasciifilename35", "attachment; filename=\"00000000001111111111222222222233333\"", "00000000001111111111222222222233333" },
        { "attwithasciifnescapedchar", "attachment; filename=\"f\\oo.html\"", "foo.html" },
        { "attwithasciifnescapedquote", "attachment; filename=\"\\\"quoting\\\" tested.html\"", "\"quoting\" tested.html" },
        { "attwithquotedsemicolon", "attachment; filename=\"Here's a semicolon;.html\"", "Here's a semicolon;.html" },
        { "attwithfilenameandextparam", "attachment; foo=\"bar\"; filename=\"foo.html\"", "foo.html" },
        { "attwithfilenameandextparamescaped", "attachment; foo=\"\\\"\\\\\";filename=\"foo.html\"", "foo.html" },
        { "attwithasciifilenameucase", "attachment; FILENAME=\"foo.html\"", "foo.html" },
        { "attwithasciifilenamenq", "attachment; filename=foo.html", "foo.html" },
        { "attwithtokfncommanq", "attachment; filename=foo,bar.html", null },
        { "attwithasciifilenamenqs", "attachment; filename=foo.html ;", null },
        { "attemptyparam", "attachment; ;filename=foo", null },
        { "attwithasciifilenamenqws", "attachment; filename=foo bar.html", null },
        { "attwithfntokensq", "attachment; filename='foo.bar'", "'foo.bar'" },
        { "attwithisofnplain", "attachment; filename=\"foo-\u00E4.html\"", "foo-\u00E4.html" },
        { "attwithutf8fnplain", "attachment; filename=\"foo-\u00C3\u00A4.html\"", "foo-\u00C3\u00A4.html" },
        { "attwithfnrawpctenca", "attachment; filename=\"foo-%41.html\"", "foo-%41.html" },
        { "attwithfnusingpct", "attachment; filename=\"50%.html\"", "50%.html" },
        { "attwithfnrawpctencaq", "attachment; filename=\"foo-%\\41.html\"", "foo-%41.html" },
        { "attwithnamepct", "attachment; name=\"foo-%41.html\"", null },
        { "attwithfilenamepctandiso", "attachment; filename=\"\u00E4-%41.html\"", "\u00E4-%41.html" },
        { "attwithfnrawpctenclong", "attachment; filename=\"foo-%c3%a4-%e2%82%ac.html\"", "foo-%c3%a4-%e2%82%ac.html" },
        { "attwithasciifilenamews1", "attachment; filename =\"foo.html\"", "foo.html" },
        { "attwith2filenames", "attachment; filename=\"foo.html\"; filename=\"bar.html\"", null },
        { "attfnbrokentoken", "attachment; filename=foo[1](2).html", null },
        { "attfnbrokentokeniso", "attachment; filename=foo-\u00E4.html", null },
        { "attfnbrokentokenutf", "attachment; filename=foo-\u00C3\u00A4.html", null },
        { "attmissingdisposition", "filename=foo.html", null },
        { "attmissingdisposition2", "x=y; filename=foo.html", null },
        { "attmissingdisposition3", "\"foo; filename=bar;baz\"; filename=qux", null },
        { "attmissingdisposition4", "filename=foo.html, filename=bar.html", null },
        { "emptydisposition", "; filename=foo.html", null },
        { "doublecolon", ": inline; attachment; filename=foo.html", null },
        { "attandinline", "inline; attachment; filename=foo.html", null },
        { "attandinline2", "attachment; inline; filename=foo.html", null },
        { "attbrokenquotedfn", "attachment; filename=\"foo.html\".txt", null },
        { "attbrokenquotedfn2", "attachment; filename=\"bar", null },
        { "attbrokenquotedfn3", "attachment; filename=foo\"bar;baz\"qux", null },
        { "attmultinstances", "attachment; filename=foo.html, attachment; filename=bar.html", null },
        { "attmissingdelim", "attachment; foo=foo filename=bar", null },
        { "attmissingdelim2", "attachment; filename=bar foo=foo", null },
        { "attmissingdelim3", "attachment filename=bar", null },
        { "attreversed", "filename=foo.html; attachment", null },
        { "attconfusedparam", "attachment; xfilename=foo.html", null },
        { "attabspath", "attachment; filename=\"/foo.html\"", "foo.html" },
        { "attabspathwin", "attachment; filename=\"\\\\foo.html\"", "foo.html" },
        { "attcdate", "attachment; creation-date=\"Wed, 12 Feb 1997 16:29:51 -0500\"", null },
        { "attmdate", "attachment; modification-date=\"Wed, 12 Feb 1997 16:29:51 -0500\"", null },
        { "dispext", "foobar", null },
        { "dispextbadfn", "attachment; example=\"filename=example.txt\"", null },
    };

    public static TheoryData<string, string, string?> Extended => new()
    {
        { "attwithisofn2231iso", "attachment; filename*=iso-8859-1''foo-%E4.html", "foo-\u00E4.html" },
        { "attwithfn2231utf8", "attachment; filename*=UTF-8''foo-%c3%a4-%e2%82%ac.html", "foo-\u00E4-\u20AC.html" },
        { "attwithfn2231noc", "attachment; filename*=''foo-%c3%a4-%e2%82%ac.html", null },
        { "attwithfn2231utf8comp", "attachment; filename*=UTF-8''foo-a%cc%88.html", "foo-a\u0308.html" },
        { "attwithfn2231utf8-bad", "attachment; filename*=iso-8859-1''foo-%c3%a4-%e2%82%ac.html", null },
        { "attwithfn2231iso-bad", "attachment; filename*=utf-8''foo-%E4.html", null },
        { "attwithfn2231ws1", "attachment; filename *=UTF-8''foo-%c3%a4.html", null },
        { "attwithfn2231ws2", "attachment; filename*= UTF-8''foo-%c3%a4.html", "foo-\u00E4.html" },
        { "attwithfn2231ws3", "attachment; filename* =UTF-8''foo-%c3%a4.html", "foo-\u00E4.html" },
        { "attwithfn2231quot", "attachment; filename*=\"UTF-8''foo-%c3%a4.html\"", null },
        { "attwithfn2231quot2", "attachment; filename*=\"foo%20bar.html\"", null },
        { "attwithfn2231singleqmissing", "attachment; filename*=UTF-8'foo-%c3%a4.html", null },
        { "attwithfn2231nbadpct1", "attachment; filename*=UTF-8''foo%", null },
        { "attwithfn2231nbadpct2", "attachment; filename*=UTF-8''f%oo.html", null },
        { "attwithfn2231dpct", "attachment; filename*=UTF-8''A-%2541.html", "A-%41.html" },
        { "attwithfn2231abspathdisguised", "attachment; filename*=UTF-8''%5cfoo.html", "foo.html" },
        { "attfncont", "attachment; filename*0=\"foo.\"; filename*1=\"html\"", null },
        { "attfncontqs", "attachment; filename*0=\"foo\"; filename*1=\"\\b\\a\\r.html\"", null },
        { "attfncontenc", "attachment; filename*0*=UTF-8''foo-%c3%a4; filename*1=\".html\"", null },
        { "attfncontlz", "attachment; filename*0=\"foo\"; filename*01=\"bar\"", null },
        { "attfncontnc", "attachment; filename*0=\"foo\"; filename*2=\"bar\"", null },
        { "attfnconts1", "attachment; filename*1=\"foo.\"; filename*2=\"html\"", null },
        { "attfncontord", "attachment; filename*1=\"bar\"; filename*0=\"foo\"", null },
        { "attfnboth", "attachment; filename=\"foo-ae.html\"; filename*=UTF-8''foo-%c3%a4.html", "foo-\u00E4.html" },
        { "attfnboth2", "attachment; filename*=UTF-8''foo-%c3%a4.html; filename=\"foo-ae.html\"", "foo-\u00E4.html" },
        { "attfnboth3", "attachment; filename*0*=ISO-8859-15''euro-sign%3d%a4; filename*=ISO-8859-1''currency-sign%3d%a4", "currency-sign=\u00A4" },
        { "attnewandfn", "attachment; foobar=x; filename=\"foo.html\"", "foo.html" },
        { "attrfc2047token", "attachment; filename==?ISO-8859-1?Q?foo-=E4.html?=", null },
        { "attrfc2047quoted", "attachment; filename=\"=?ISO-8859-1?Q?foo-=E4.html?=\"", "=?ISO-8859-1?Q?foo-=E4.html?=" },
    };

    [Theory]
    [MemberData(nameof(Inline))]
    [MemberData(nameof(Attachment))]
    [MemberData(nameof(Extended))]
    public void ReadsTheTablesCasesAsItAsks(string name, string header, string? expected)
    {
        Assert.NotEmpty(name);
        Assert.Equal(expected, ContentDisposition.FileName(header));
    }

    [Theory]
    [InlineData("attachment; filename*=KOI8-R''x; filename=y.txt", "y.txt")]
    [InlineData("attachment; filename*=UTF-8''%ff; filename=y.txt", "y.txt")]
    [InlineData("attachment; filename=\"\"", null)]
    [InlineData("attachment; filename=\"a\\", null)]
    [InlineData("attachment; filename=\"a\u0000b\"", null)]
    [InlineData("attachment;filename=\"../../etc/passwd\"", "passwd")]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void FallsBackToWhatItUnderstands(string? header, string? expected) => Assert.Equal(expected, ContentDisposition.FileName(header));
}
