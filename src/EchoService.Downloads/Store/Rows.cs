using System.Data.Common;
using EchoService.Downloads.Jobs;

namespace EchoService.Downloads.Store;

/// <summary>Jobs and items from the columns that each engine's queries.sql names, in the same order.</summary>
internal static class Rows
{
    public static Job Job(DbDataReader row) => new(
        row.GetInt64(0),
        row.GetString(1),
        (JobState)row.GetInt32(2),
        JobOptionsJson.Parse(row.GetString(3)),
        StoreTime.ToDateTime(row.GetInt64(4)),
        Time(row, 5),
        Time(row, 6),
        row.GetInt32(7),
        new JobCounts(row.GetInt32(8), row.GetInt32(9), row.GetInt32(10), row.GetInt32(11), row.GetInt32(12), row.GetInt32(13)),
        row.GetInt64(14),
        Text(row, 15));

    public static Item Item(DbDataReader row) => new(
        row.GetInt32(0),
        row.GetString(1),
        (ItemState)row.GetInt32(2),
        row.GetInt32(3),
        Text(row, 4),
        Long(row, 5),
        Text(row, 6),
        Text(row, 7),
        Int(row, 8),
        (ErrorCode?)Int(row, 9),
        Text(row, 10),
        Int(row, 11),
        Time(row, 12),
        Long(row, 13));

    public static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static int? Int(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt32(column);

    public static long? Long(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    private static DateTimeOffset? Time(DbDataReader row, int column) => row.IsDBNull(column) ? null : StoreTime.ToDateTime(row.GetInt64(column));
}
