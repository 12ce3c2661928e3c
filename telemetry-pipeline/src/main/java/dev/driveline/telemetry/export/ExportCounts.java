package dev.driveline.telemetry.export;

/**
 * What an export has written.
 *
 * @param parts of the result
 * @param lines in them
 * @param bytes of them, packed
 */
public record ExportCounts(int parts, long lines, long bytes) {

    public static final ExportCounts NONE = new ExportCounts(0, 0, 0);

    /** And a part more. */
    public ExportCounts plus(long moreLines, long moreBytes) {
        return new ExportCounts(parts + 1, lines + moreLines, bytes + moreBytes);
    }
}
