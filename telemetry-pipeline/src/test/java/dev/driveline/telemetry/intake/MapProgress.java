package dev.driveline.telemetry.intake;

import dev.driveline.contract.id.Vin;
import dev.driveline.telemetry.batch.BatchKind;
import dev.driveline.telemetry.batch.BootId;
import dev.driveline.telemetry.sequence.BootProgress;
import java.util.HashMap;
import java.util.Map;

/** Progress in memory. */
public final class MapProgress implements Progress {
    private final Map<String, BootProgress> boots = new HashMap<>();
    private final Map<String, Long> newest = new HashMap<>();
    private final Map<String, byte[]> underWay = new HashMap<>();

    private final Map<Vin, byte[]> codes = new HashMap<>();

    @Override
    public BootProgress boot(Vin vin, BootId boot) {
        return boots.getOrDefault(vin + "/" + boot, BootProgress.none());
    }

    @Override
    public void putBoot(Vin vin, BootId boot, BootProgress boots) {
        this.boots.put(vin + "/" + boot, boots);
    }

    @Override
    public long newestUs(Vin vin, BatchKind kind) {
        return newest.getOrDefault(vin + " " + kind, 0L);
    }

    @Override
    public void putNewestUs(Vin vin, BatchKind kind, long newestUs) {
        newest.put(vin + " " + kind, newestUs);
    }

    @Override
    public byte[] underWay(Vin vin, BootId boot, long seq) {
        return underWay.getOrDefault(vin + " " + boot + " " + seq, new byte[0]);
    }

    @Override
    public void putUnderWay(Vin vin, BootId boot, long seq, byte[] bytes) {
        underWay.clear();
        underWay.put(vin + " " + boot + " " + (seq + 1), bytes);
    }

    @Override
    public byte[] activeCodes(Vin vin) {
        return codes.getOrDefault(vin, new byte[0]);
    }

    @Override
    public void putActiveCodes(Vin vin, byte[] bytes) {
        codes.put(vin, bytes);
    }

    /** As a vehicle that was never heard. */
    void clear() {
        boots.clear();
        newest.clear();
        underWay.clear();
        codes.clear();
    }
}
