using System.Text.RegularExpressions;

namespace EchoService.Tests.Deploy;

/// <summary>The selectors of a query and the labels that it groups by. Whether it is PromQL at all, promtool says.</summary>
internal sealed partial class PromQl
{
    private static readonly string[] LabelLists = ["by", "without", "on", "ignoring", "group_left", "group_right"];
    private static readonly string[] Words = [.. LabelLists, "and", "or", "unless", "bool", "offset"];

    private readonly List<PromSelector> _selectors = [];
    private readonly List<string> _labels = [];

    public PromQl(string query)
    {
        var tokens = Token().Matches(query).Select(match => match.Value).ToArray();
        for (var at = 0; at < tokens.Length; at++)
        {
            var next = at + 1 < tokens.Length ? tokens[at + 1] : "";
            if (LabelLists.Contains(tokens[at]) && next == "(")
            {
                for (at += 2; tokens[at] != ")"; at++)
                {
                    _labels.Add(tokens[at]);
                }
            }
            else if (Name().IsMatch(tokens[at]) && next is not ("(" or "by" or "without") && !Words.Contains(tokens[at]))
            {
                var (matchers, end) = next == "{" ? Matchers(tokens, at + 2) : ([], at);
                _selectors.Add(new(tokens[at], matchers));
                at = end;
            }
        }

        _labels.RemoveAll(label => label == ",");
    }

    public IReadOnlyList<PromSelector> Selectors => _selectors;

    public IReadOnlyList<string> Labels => _labels;

    private static (List<PromMatcher> Matchers, int End) Matchers(string[] tokens, int at)
    {
        var matchers = new List<PromMatcher>();
        for (; tokens[at] != "}"; at++)
        {
            if (tokens[at] != ",")
            {
                matchers.Add(new(tokens[at], tokens[at + 1], tokens[at + 2].Trim('"')));
                at += 2;
            }
        }

        return (matchers, at);
    }

    /// <summary>Strings whole; durations and numbers whole, so that no unit looks like a name.</summary>
    [GeneratedRegex("""
        "(\\.|[^"\\])*"|[a-zA-Z_:][a-zA-Z0-9_:]*|[0-9][0-9a-zA-Z.]*|=~|!~|!=|==|<=|>=|\S
        """, RegexOptions.ExplicitCapture | RegexOptions.IgnorePatternWhitespace, matchTimeoutMilliseconds: 30_000)]
    private static partial Regex Token();

    [GeneratedRegex("^[a-zA-Z_:]", RegexOptions.None, matchTimeoutMilliseconds: 30_000)]
    private static partial Regex Name();
}

internal sealed record PromSelector(string Metric, IReadOnlyList<PromMatcher> Matchers);

internal sealed record PromMatcher(string Label, string Operator, string Value)
{
    public bool Matches(string value) => Operator switch
    {
        "=" => value == Value,
        "=~" => Regex.IsMatch(value, $"^(?:{Value})$", RegexOptions.None, TimeSpan.FromSeconds(30)),
        _ => true, // a negative one asks for nothing that would have to be there
    };
}
