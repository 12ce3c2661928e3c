package dev.driveline.can;

/** The most of everything that a database may have; beyond it stands an ERROR, never a crash. */
public final class DbcLimits {
    public static final int MAX_FILE_BYTES = 8 * 1024 * 1024;
    public static final int MAX_MESSAGES = 20_000;
    public static final int MAX_SIGNALS_PER_MESSAGE = 1_024;
    public static final int MAX_SIGNALS = 200_000;

    /** Of one signal's SG_MUL_VAL_. */
    public static final int MAX_RANGES = 1_024;

    /** Multiplexors above one another. */
    public static final int MAX_CASCADE = 16;

    /** Signals of all branches of a file, each counted once a branch that it is in. */
    public static final int MAX_BRANCH_SIGNALS = 200_000;

    public static final int MAX_NAME_CHARS = 255;
    public static final int MAX_DIAGNOSTICS = 1_000;

    private DbcLimits() {}
}
