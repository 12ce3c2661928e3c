package dev.driveline.can;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The buses of a vehicle model and all their signals, numbered. Immutable, any thread.
 *
 * <p>A signal's index holds within one catalogue only; what outlives it is the full name {@code
 * bus.Message.SIGNAL}. A multiplexed signal that lies elsewhere in another branch has an index for
 * each layout and one full name.
 */
public final class Catalogue {
    public static final int MAX_BUSES = 64;

    private final List<CatalogueBus> buses;
    private final List<CatalogueSignal> signals;
    private final Map<String, List<CatalogueSignal>> byFullName = new HashMap<>();
    private final Map<String, List<CatalogueSignal>> byBareName = new HashMap<>();

    private Catalogue(List<CatalogueBus> buses) {
        this.buses = List.copyOf(buses);
        signals = List.copyOf(number(buses));
        for (CatalogueSignal signal : signals) {
            byFullName.computeIfAbsent(signal.fullName(), _ -> new ArrayList<>()).add(signal);
            byBareName.computeIfAbsent(signal.signal().name(), _ -> new ArrayList<>()).add(signal);
        }
    }

    /**
     * Of the buses in this order. Throws IllegalArgumentException where two have one name or there
     * are more than {@value #MAX_BUSES}.
     */
    public static Catalogue of(List<CatalogueBus> buses) {
        if (buses.size() > MAX_BUSES) {
            throw new IllegalArgumentException(
                    "catalogue has %d buses, more than %d".formatted(buses.size(), MAX_BUSES));
        }
        var names = new HashSet<String>();
        for (CatalogueBus bus : buses) {
            if (!names.add(bus.name())) {
                throw new IllegalArgumentException("bus " + bus.name() + " occurs twice");
            }
        }
        return new Catalogue(buses);
    }

    private static List<CatalogueSignal> number(List<CatalogueBus> buses) {
        var numbered = new ArrayList<CatalogueSignal>();
        for (int index = 0; index < buses.size(); index++) {
            CatalogueBus bus = buses.get(index);
            for (Message message : bus.dbc().messages()) {
                String prefix = bus.name() + "." + message.name() + ".";
                for (Signal signal : message.signals()) {
                    numbered.add(
                            new CatalogueSignal(
                                    numbered.size(),
                                    index,
                                    prefix + signal.name(),
                                    bus.matching(),
                                    message,
                                    signal));
                }
            }
        }
        return numbered;
    }

    public List<CatalogueBus> buses() {
        return buses;
    }

    /** The index of a bus, or -1 where the catalogue has none of that name. */
    public int busIndex(String name) {
        for (int index = 0; index < buses.size(); index++) {
            if (buses.get(index).name().equals(name)) {
                return index;
            }
        }
        return -1;
    }

    /** All signals, each at its index. */
    public List<CatalogueSignal> signals() {
        return signals;
    }

    /** Throws IndexOutOfBoundsException where the index is not of this catalogue. */
    public CatalogueSignal signal(int index) {
        return signals.get(index);
    }

    /** The signal of a full name; of several layouts the first. */
    public Optional<CatalogueSignal> find(String fullName) {
        return layouts(fullName).stream().findFirst();
    }

    /** All layouts of a full name: one, several, or none where the catalogue has no such signal. */
    public List<CatalogueSignal> layouts(String fullName) {
        return List.copyOf(byFullName.getOrDefault(fullName, List.of()));
    }

    /**
     * The signals of a bare name, one a full name. More than one: the name is ambiguous and these
     * are the candidates.
     */
    public List<CatalogueSignal> named(String bareName) {
        return byBareName.getOrDefault(bareName, List.of()).stream()
                .filter(signal -> isFirstLayout(signal))
                .toList();
    }

    private boolean isFirstLayout(CatalogueSignal signal) {
        return layouts(signal.fullName()).getFirst().equals(signal);
    }
}
