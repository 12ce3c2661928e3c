package dev.driveline.telemetry.intake;

import static java.util.Objects.requireNonNull;

import dev.driveline.contract.telemetry.v1.Quality;
import dev.driveline.contract.telemetry.v1.QualityRun;
import dev.driveline.contract.telemetry.v1.SampleBatch;
import dev.driveline.telemetry.fact.CompiledCatalogue;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Appends samples to a batch: the signals that occur, each once, and runs of what is not GOOD. One
 * batch after the other, scratch memory kept; one thread.
 *
 * <p>A sample that its value does not speak against has quality ESTIMATED_TIME where the batch's
 * time is estimated; a value that is out of range, not available or an error says that instead.
 */
final class SampleColumns {

    /** Where in the batch a signal of the catalogue stands; -1 for nowhere yet. */
    private int[] places = new int[1_024];

    private @Nullable CompiledCatalogue catalogue;
    private SampleBatch.Builder batch = SampleBatch.newBuilder();
    private Quality usual = Quality.QUALITY_GOOD;
    private Quality run = Quality.QUALITY_GOOD;
    private int runFrom;
    private int samples;

    /** Since the sample before, microseconds. */
    private long dtUs;

    void begin(CompiledCatalogue of, SampleBatch.Builder to, boolean estimatedTime) {
        int signals = of.catalogue().signals().size();
        if (places.length < signals) {
            places = new int[signals];
        }
        Arrays.fill(places, 0, signals, -1);
        catalogue = of;
        batch = to;
        usual = estimatedTime ? Quality.QUALITY_ESTIMATED_TIME : Quality.QUALITY_GOOD;
        run = Quality.QUALITY_GOOD;
        runFrom = 0;
        samples = 0;
        dtUs = 0;
    }

    /** The samples that follow came so much later. */
    void advance(long us) {
        dtUs += us;
    }

    void add(int signal, long raw, dev.driveline.can.Quality stated) {
        batch.addInts(raw);
        append(signal, stated);
    }

    void add(int signal, double raw, dev.driveline.can.Quality stated) {
        batch.addReals(raw);
        append(signal, stated);
    }

    /** Writes the run that ends with the last sample so far; GOOD is not written. */
    void endRun() {
        if (run != Quality.QUALITY_GOOD && samples > runFrom) {
            batch.addQuality(
                    QualityRun.newBuilder()
                            .setFrom(runFrom)
                            .setCount(samples - runFrom)
                            .setQuality(run));
        }
    }

    private void append(int signal, dev.driveline.can.Quality stated) {
        int place = places[signal];
        if (place < 0) {
            place = batch.getSignalCount();
            places[signal] = place;
            batch.addSignal(requireNonNull(catalogue).sampled(signal));
        }
        batch.addDtUs((int) dtUs).addIdx(place);
        dtUs = 0;
        Quality quality =
                switch (stated) {
                    case GOOD -> usual;
                    case OUT_OF_RANGE -> Quality.QUALITY_OUT_OF_RANGE;
                    case NOT_AVAILABLE -> Quality.QUALITY_NOT_AVAILABLE;
                    case ERROR -> Quality.QUALITY_ERROR;
                };
        if (quality != run) {
            endRun();
            run = quality;
            runFrom = samples;
        }
        samples++;
    }
}
