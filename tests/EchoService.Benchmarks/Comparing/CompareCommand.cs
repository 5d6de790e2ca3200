using System.CommandLine;

namespace EchoService.Benchmarks;

/// <summary><c>compare NAME</c>: runs a comparison's works one after the other and prints a table for each.</summary>
internal static class CompareCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("name") { Description = string.Join(", ", Comparisons.All.Keys) };
        name.AcceptOnlyFromAmong([.. Comparisons.All.Keys]);
        var rounds = new Option<int>("--rounds") { Description = "Measured runs of each contender, in turns, after one to warm up.", DefaultValueFactory = _ => 5 };
        rounds.Validators.Add(result =>
        {
            if (result.GetValue(rounds) < 1)
            {
                result.AddError("--rounds must be 1 or more.");
            }
        });
        var json = new Option<FileInfo?>("--json") { Description = "Writes all figures of all runs to this file too." };
        var only = new Option<string?>("--only") { Description = "This work of the comparison alone." };
        var with = new Option<string[]>("--with") { Description = "This contender alone beside the one that all are compared to; may be given again." };
        var command = new Command("compare", "Compares contenders in turns: medians, ratios, processor time and memory.") { name, rounds, json, only, with };
        command.SetAction(async (parsed, token) =>
        {
            var works = Comparisons.All[parsed.GetValue(name)!]();
            var chosen = works.Where(work => parsed.GetValue(only) is not { } wanted || work.Name == wanted).ToList();
            if (chosen.Count == 0)
            {
                await Console.Error.WriteLineAsync($"There is no such work. Works: {string.Join(", ", works.Select(work => work.Name))}.");
                return 2;
            }

            var results = new List<WorkResult>();
            foreach (var work in chosen)
            {
                var result = await Turns.RunAsync(work, parsed.GetValue(rounds), parsed.GetValue(with) ?? [], token);
                ResultTable.Write(Console.Out, result);
                results.Add(result);
            }

            if (parsed.GetValue(json) is { } file)
            {
                ResultJson.Write(file, parsed.GetValue(name)!, results);
            }

            return results.TrueForAll(result => result.Contenders.Count == 0) ? 1 : 0;
        });
        return command;
    }
}
