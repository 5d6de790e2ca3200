using System.Globalization;

namespace EchoService.Benchmarks;

/// <summary>Several nodes on one PostgreSQL: what the queue itself can do, and what more nodes bring.</summary>
internal static class NodesComparison
{
    private static readonly TimeSpan s_long = TimeSpan.FromMinutes(5);

    public static IReadOnlyList<Work> Works() =>
    [
        new Work("queue", "50,000 items claimed and completed, 64 lanes at a time, no transfers", "PostgreSQL", async peers =>
        {
            var postgres = peers.Add(await PostgresPeer.StartAsync());
            return [new QueueContender("PostgreSQL", await postgres.NewDatabaseAsync())];
        }),
        new Work("held", "the same for five minutes", "PostgreSQL", async peers =>
        {
            var postgres = peers.Add(await PostgresPeer.StartAsync());
            return
            [
                new QueueContender("PostgreSQL", await postgres.NewDatabaseAsync()) { AtLeast = s_long },
                new QueueContender("with a transaction held open", await postgres.NewDatabaseAsync()) { AtLeast = s_long, HoldsTransaction = true },
            ];
        }),
        new Work("nodes", "4,000 URLs, each answered after 50 ms, 8 transfers at once a node", "1 node", async peers =>
        {
            var postgres = peers.Add(await PostgresPeer.StartAsync());
            var origin = peers.Add(await LateOrigin.StartAsync(TimeSpan.FromMilliseconds(50)));
            var urls = Enumerable.Range(0, 4000).Select(i => string.Create(CultureInfo.InvariantCulture, $"{origin.Address}{i}")).ToList();
            var contenders = new List<IContender>();
            foreach (var nodes in (int[])[1, 2, 3])
            {
                contenders.Add(new NodesContender(nodes, urls, await postgres.NewDatabaseAsync()));
            }

            return contenders;
        }),
    ];
}
