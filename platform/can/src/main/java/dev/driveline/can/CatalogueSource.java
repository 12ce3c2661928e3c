package dev.driveline.can;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;

/**
 * What a catalogue is made of: the DBC files of a model's buses, as they were uploaded. Immutable.
 *
 * <p>The buses stand in order of their names, whatever order they came in, so equal content has
 * equal bytes and an equal {@link #hash}. The binary form is {@link CatalogueCodec}'s.
 */
public record CatalogueSource(List<BusSource> buses) {
    /** Throws IllegalArgumentException where there are too many buses or two of one name. */
    public CatalogueSource {
        buses = buses.stream().sorted(Comparator.comparing(BusSource::bus)).toList();
        if (buses.size() > Catalogue.MAX_BUSES) {
            throw new IllegalArgumentException(
                    "catalogue has %d buses, more than %d"
                            .formatted(buses.size(), Catalogue.MAX_BUSES));
        }
        var names = new HashSet<String>();
        for (BusSource bus : buses) {
            if (!names.add(bus.bus())) {
                throw new IllegalArgumentException("bus " + bus.bus() + " occurs twice");
            }
        }
    }

    /**
     * Reads {@link #toBytes}. Throws IllegalArgumentException, naming the field, where the bytes
     * are none.
     */
    public static CatalogueSource fromBytes(byte[] bytes) {
        return CatalogueCodec.decode(bytes);
    }

    public byte[] toBytes() {
        return CatalogueCodec.encode(this);
    }

    /** SHA-256 over {@link #toBytes}, 64 lower-case hexadecimal digits: the content's address. */
    public String hash() {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(toBytes());
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Parses the files. Refused where one has an ERROR; warnings come with the catalogue. */
    public Compilation compile() {
        var diagnostics = new ArrayList<Compilation.Finding>();
        var compiled = new ArrayList<CatalogueBus>();
        boolean refused = false;
        for (BusSource source : buses) {
            DbcParse parse = source.parse();
            var bus =
                    new CatalogueBus(
                            source.bus(), source.matching(), source.transport(), parse.model());
            refused |= parse.hasErrors();
            var found = new ArrayList<>(parse.diagnostics());
            found.addAll(BusPlan.diagnose(bus));
            for (Diagnostic diagnostic : found) {
                diagnostics.add(
                        new Compilation.Finding(source.bus(), source.fileName(), diagnostic));
            }
            compiled.add(bus);
        }
        return refused
                ? new Compilation.Refused(diagnostics)
                : new Compilation.Compiled(Catalogue.of(compiled), diagnostics);
    }
}
