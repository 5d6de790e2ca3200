using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace EchoService.Tcp.Faults;

internal static class FaultExtensions
{
    /// <param name="isNumbered">A <see cref="FaultListener"/> has numbered the connections.</param>
    public static void UseFaults(this IConnectionBuilder builder, ChannelFaults faults, bool isNumbered, TimeProvider time, ILogger logger) =>
        builder.Use(next => new FaultMiddleware(next, faults, isNumbered, time, logger).OnConnectionAsync);
}
