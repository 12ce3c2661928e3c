package dev.driveline.telemetry.fact;

import dev.driveline.can.CatalogueSource;
import dev.driveline.can.Compilation;
import dev.driveline.can.Diagnostic;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.contract.kafka.Topic;
import dev.driveline.runtime.batch.Compression;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Every published catalogue, packed, and those in use, compiled. Thread-safe.
 *
 * <p>Compiling takes some tens of milliseconds for a large catalogue and happens at first use; the
 * {@value #MAX_COMPILED} used last are kept.
 */
public final class CatalogueBook {

    private static final int MAX_COMPILED = 256;
    private static final int MAX_UNPACKED_BYTES = 16 * Topic.REGISTRY_CATALOGUES.maxRecordBytes();

    private final ConcurrentMap<CatalogueRef, byte[]> packed = new ConcurrentHashMap<>();
    private final Map<CatalogueRef, CatalogueAnswer> compiled =
            new LinkedHashMap<>(16, 0.75f, true);

    /** Takes a published catalogue in: {@code Compression.pack} of {@code CatalogueSource}. */
    public void put(CatalogueRef ref, byte[] packedSource) {
        packed.put(ref, packedSource);
        forget(ref);
    }

    public void remove(CatalogueRef ref) {
        packed.remove(ref);
        forget(ref);
    }

    public int size() {
        return packed.size();
    }

    public CatalogueAnswer find(CatalogueRef ref) {
        byte[] source = packed.get(ref);
        if (source == null) {
            return new CatalogueAnswer.Missing();
        }
        CatalogueAnswer known = compiledBefore(ref);
        if (known != null) {
            return known;
        }
        CatalogueAnswer answer = compile(ref, source);
        remember(ref, answer);
        return answer;
    }

    /** The catalogue if it can be used, else null: for what a reader can do without. */
    public @Nullable CompiledCatalogue compiled(CatalogueRef ref) {
        return find(ref) instanceof CatalogueAnswer.Found found ? found.catalogue() : null;
    }

    private static CatalogueAnswer compile(CatalogueRef ref, byte[] packedSource) {
        try {
            CatalogueSource source =
                    CatalogueSource.fromBytes(Compression.unpack(packedSource, MAX_UNPACKED_BYTES));
            if (!source.hash().startsWith(ref.hash())) {
                return new CatalogueAnswer.Broken(
                        "catalogue " + ref + " has another content, of hash " + source.hash());
            }
            return switch (source.compile()) {
                case Compilation.Compiled done ->
                        new CatalogueAnswer.Found(CompiledCatalogue.of(ref, done.catalogue()));
                case Compilation.Refused refused ->
                        new CatalogueAnswer.Broken(
                                "catalogue " + ref + " does not compile: " + firstError(refused));
            };
        } catch (IllegalArgumentException unusable) {
            String why =
                    unusable instanceof InvalidValueException
                            ? "cannot be unpacked: "
                            : "cannot be read: ";
            return new CatalogueAnswer.Broken(
                    "catalogue " + ref + " " + why + unusable.getMessage());
        }
    }

    private static String firstError(Compilation.Refused refused) {
        return refused.findings().stream()
                .filter(finding -> finding.diagnostic().severity() == Diagnostic.Severity.ERROR)
                .map(Compilation.Finding::toString)
                .findFirst()
                .orElse("no reason given");
    }

    private synchronized @Nullable CatalogueAnswer compiledBefore(CatalogueRef ref) {
        return compiled.get(ref);
    }

    private synchronized void remember(CatalogueRef ref, CatalogueAnswer answer) {
        compiled.put(ref, answer);
        if (compiled.size() > MAX_COMPILED) {
            compiled.remove(compiled.keySet().iterator().next());
        }
    }

    private synchronized void forget(CatalogueRef ref) {
        compiled.remove(ref);
    }
}
