package dev.driveline.bench.gateway;

/** What is measured of a server: a row of the table. */
enum Figure {
    FIRST_SEEN_MS("server CPU a full mTLS connect, vehicle first seen, ms", 2),
    SEEN_BEFORE_MS("server CPU a full mTLS connect, vehicle seen before, ms", 2),
    SEEN_BEFORE_COMPILING_MS("of which the JVM's compiler, ms", 2),
    RESUMED_MS("server CPU a resumed connect, ms", 2),
    RESUMED_PERCENT("connects that were in fact resumed, %", 0),
    CONNECTS_PER_S("full connects a second, generator on the same cores", 0),
    IDLE_PERCENT("server CPU with no session, % of a core", 1),
    RSS_KB("RSS an idle session outside the heap, kB", 1),
    HEAP_KB("live heap an idle session, kB", 1),
    SESSION_KB("memory an idle session, both, kB", 1),
    ACKS_PER_S("QoS 1 acks a second, closed loop", 0),
    MESSAGE_US("server CPU a message, closed loop, µs", 2),
    OPEN_MESSAGE_US("server CPU a message, open loop, µs", 2),
    ACK_P50_MS("PUBACK latency at the open-loop rate, p50, ms", 2),
    ACK_P99_MS("p99, ms", 2),
    ACK_P999_MS("p99.9, ms", 2),
    FAILED("failed connects, lost connections and missing PUBACKs", 0);

    final String text;
    final int digits;

    Figure(String text, int digits) {
        this.text = text;
        this.digits = digits;
    }
}
