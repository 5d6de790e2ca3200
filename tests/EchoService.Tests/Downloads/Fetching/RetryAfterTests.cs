using EchoService.Downloads.Fetching;

namespace EchoService.Tests.Downloads.Fetching;

public sealed class RetryAfterTests
{
    private static readonly DateTimeOffset Now = new(1994, 11, 6, 8, 49, 7, TimeSpan.Zero);

    [Theory]
    [InlineData("0", 0)]
    [InlineData(" 120 ", 120)]
    [InlineData("3600", 3600)]
    [InlineData("86400", 3600)]
    [InlineData("99999999999999999999999", 3600)]
    [InlineData("Sun, 06 Nov 1994 08:49:37 GMT", 30)]
    [InlineData("Sunday, 06-Nov-94 08:49:37 GMT", 30)]
    [InlineData("Sun Nov  6 08:49:37 1994", 30)]
    [InlineData("Sun, 06 Nov 1994 08:00:00 GMT", 0)]
    [InlineData("Sat, 06 Nov 2094 08:00:00 GMT", 3600)]
    public void ReadsSecondsAndDatesWithinBounds(string value, int seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), RetryAfter.Parse(value, Now));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("soon")]
    [InlineData("-1")]
    [InlineData("1.5")]
    public void AnythingElseIsNothing(string? value) => Assert.Null(RetryAfter.Parse(value, Now));
}
