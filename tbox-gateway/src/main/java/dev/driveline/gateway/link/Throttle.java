package dev.driveline.gateway.link;

/**
 * Slows a babbling vehicle down by not reading it, for half its keepalive at most; beyond that it
 * is to be closed. A plain value of one link.
 */
final class Throttle {

    private static final long NOT = Long.MIN_VALUE;

    private final Quota dataMessages;
    private final Quota dataBytes;
    private final Quota talkMessages;
    private final Quota talkBytes;

    /** It is read again when it has so much room, so that reading does not stop at every packet. */
    private final long resumeMs;

    /** With so much room it is taken to have calmed down. */
    private final long calmMs;

    private long sinceMs = NOT;
    private boolean held;

    Throttle(Limits.Rates rates) {
        dataMessages = new Quota(rates.dataMessagesPerS(), rates.burstS());
        dataBytes = new Quota(rates.dataBytesPerS(), rates.burstS());
        talkMessages = new Quota(rates.talkMessagesPerS(), rates.burstS());
        talkBytes = new Quota(rates.talkBytesPerS(), rates.burstS());
        resumeMs = rates.burstS() * 250L;
        calmMs = rates.burstS() * 500L;
    }

    void data(long nowMs, int bytes) {
        dataMessages.take(nowMs, 1);
        dataBytes.take(nowMs, bytes);
        judge(nowMs);
    }

    void talk(long nowMs, int bytes) {
        talkMessages.take(nowMs, 1);
        talkBytes.take(nowMs, bytes);
        judge(nowMs);
    }

    /** To be asked at every tick: lets go what has waited long enough. */
    void judge(long nowMs) {
        long debtMs = debtMs(nowMs);
        if (debtMs > 0) {
            held = true;
            if (sinceMs == NOT) {
                sinceMs = nowMs;
            }
        } else if (debtMs <= -resumeMs) {
            held = false;
            if (debtMs <= -calmMs) {
                sinceMs = NOT;
            }
        }
    }

    /** Whether it is not to be read just now. */
    boolean held() {
        return held;
    }

    /** Since when it has babbled, without having calmed down in between; 0 if it does not. */
    long babbledMs(long nowMs) {
        return sinceMs == NOT ? 0 : nowMs - sinceMs;
    }

    private long debtMs(long nowMs) {
        return Math.max(
                Math.max(dataMessages.debtMs(nowMs), dataBytes.debtMs(nowMs)),
                Math.max(talkMessages.debtMs(nowMs), talkBytes.debtMs(nowMs)));
    }
}
