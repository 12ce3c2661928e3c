package dev.driveline.registry.bulk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.driveline.contract.error.ErrorCode;
import dev.driveline.contract.error.InvalidValueException;
import dev.driveline.contract.id.TenantId;
import dev.driveline.contract.id.Vin;
import dev.driveline.contract.registry.VehicleState;
import dev.driveline.registry.model.ModelId;
import dev.driveline.registry.vehicle.NewVehicle;
import dev.driveline.registry.vehicle.TboxSerial;
import dev.driveline.registry.vehicle.VehicleLabels;
import dev.driveline.testkit.Draw;
import dev.driveline.testkit.Trials;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class BulkLoadTest {

    private static final TenantId TENANT = TenantId.of("demo");

    /** The tables, as simple as can be. */
    private static final class Shelf implements BulkStore {
        private Map<Vin, NewVehicle> vehicles = new HashMap<>();
        private int transactions;
        private long announced;

        @Override
        public List<Outcome> add(TenantId tenant, List<NewVehicle> chunk) {
            transactions++;
            Set<Vin> vins = new HashSet<>();
            Set<TboxSerial> boxes = new HashSet<>();
            List<Outcome> outcomes = new ArrayList<>();
            for (NewVehicle vehicle : chunk) {
                assertTrue(vins.add(vehicle.vin()), "one VIN twice in a chunk");
                assertTrue(vehicle.tbox() == null || boxes.add(vehicle.tbox()), "one TBox twice");
                NewVehicle there = vehicles.putIfAbsent(vehicle.vin(), vehicle);
                outcomes.add(
                        there == null
                                ? new Outcome.Added()
                                : there.equals(vehicle)
                                        ? new Outcome.Skipped()
                                        : new Outcome.Rejected(ErrorCode.ALREADY_EXISTS, "there"));
            }
            return outcomes;
        }

        @Override
        public void loaded(long added) {
            announced = added;
        }

        @Override
        public void inOneTransaction(Work work) {
            Map<Vin, NewVehicle> before = new HashMap<>(vehicles);
            if (!work.with(this::add)) {
                vehicles = before;
            }
        }
    }

    @Test
    void randomFilesEndAsASimpleModelSays() {
        Trials.of(3)
                .run(
                        300,
                        random -> {
                            Shelf shelf = new Shelf();
                            Map<Vin, NewVehicle> model = new HashMap<>();
                            for (int file = 0; file < 3; file++) {
                                BulkLoad.Mode mode = random.oneOf(List.of(BulkLoad.Mode.values()));
                                List<BulkLine> lines = linesOf(random);
                                Map<Vin, NewVehicle> after = new HashMap<>(model);
                                Set<Vin> seen = new HashSet<>();
                                int rejected = 0;
                                for (BulkLine line : lines) {
                                    rejected += isTaken(line, seen, after) ? 0 : 1;
                                }
                                boolean kept = mode == BulkLoad.Mode.BEST_EFFORT || rejected == 0;
                                int added = kept ? after.size() - model.size() : 0;
                                model = kept ? after : model;
                                BulkLoad.Summary summary =
                                        new BulkLoad(TENANT, mode, count -> {})
                                                .run(lines.iterator(), shelf);
                                assertEquals(model, shelf.vehicles);
                                assertEquals(rejected, summary.count().rejected());
                                assertEquals(rejected, summary.rejections().size());
                                assertEquals(added, summary.count().added());
                                assertEquals(lines.size(), summary.count().lines());
                                assertEquals(added, shelf.announced);
                                assertEquals(kept, summary.end() == BulkLoad.End.DONE);
                            }
                        });
    }

    private static boolean isTaken(BulkLine line, Set<Vin> seen, Map<Vin, NewVehicle> after) {
        if (!(line instanceof BulkLine.Usable usable) || !seen.add(usable.vehicle().vin())) {
            return false;
        }
        NewVehicle there = after.putIfAbsent(usable.vehicle().vin(), usable.vehicle());
        return there == null || there.equals(usable.vehicle());
    }

    private static List<BulkLine> linesOf(Draw random) {
        List<BulkLine> lines = new ArrayList<>();
        int count = random.nextInt(12);
        for (int i = 1; i <= count; i++) {
            lines.add(
                    random.oneIn(15)
                            ? new BulkLine.Unusable(i, ErrorCode.INVALID_VIN, "no VIN")
                            : line(i, random.nextInt(40), random.nextInt(2)));
        }
        return lines;
    }

    @Test
    void chunksAreTransactionsAndRejectionsAreKeptUpToALimit() {
        Shelf shelf = new Shelf();
        List<BulkLine> lines = new ArrayList<>();
        for (int i = 1; i <= 2_500; i++) {
            lines.add(line(i, i % 1_000, 0));
        }
        List<BulkLoad.Count> told = new ArrayList<>();
        BulkLoad.Summary summary =
                new BulkLoad(TENANT, BulkLoad.Mode.BEST_EFFORT, told::add)
                        .run(lines.iterator(), shelf);
        assertEquals(1, shelf.transactions);
        assertEquals(3, told.size());
        assertEquals(1_000, summary.count().added());
        assertEquals(1_500, summary.count().rejected());
        assertEquals(BulkLoad.MAX_REJECTIONS, summary.rejections().size());
        assertEquals(1_001, summary.rejections().getFirst().line());
    }

    @Test
    void aFileThatBreaksOffIsUndoneOrKeptSoFar() {
        for (BulkLoad.Mode mode : BulkLoad.Mode.values()) {
            Shelf shelf = new Shelf();
            Iterator<BulkLine> broken =
                    new Iterator<>() {
                        private int number;

                        @Override
                        public boolean hasNext() {
                            if (number == 5) {
                                throw new InvalidValueException("CSV", "line 6", "broke off");
                            }
                            return true;
                        }

                        @Override
                        public BulkLine next() {
                            return line(++number, number, 0);
                        }
                    };
            BulkLoad.Summary summary = new BulkLoad(TENANT, mode, count -> {}).run(broken, shelf);
            assertEquals(BulkLoad.End.STOPPED, summary.end());
            assertTrue(String.valueOf(summary.why()).contains("broke off"));
            int kept = mode == BulkLoad.Mode.BEST_EFFORT ? 5 : 0;
            assertEquals(kept, shelf.vehicles.size());
            assertEquals(kept, summary.count().added());
        }
    }

    @Test
    void aTboxBelongsToOneLine() {
        BulkLine first = line(1, 1, 0, new TboxSerial("TB"));
        BulkLine second = line(2, 2, 0, new TboxSerial("TB"));
        BulkLoad.Summary summary =
                new BulkLoad(TENANT, BulkLoad.Mode.BEST_EFFORT, count -> {})
                        .run(List.of(first, second).iterator(), new Shelf());
        assertEquals(1, summary.count().added());
        assertEquals(ErrorCode.CONFLICT, summary.rejections().getFirst().code());
    }

    private static BulkLine line(long number, int vin, int variant, TboxSerial... tbox) {
        return new BulkLine.Usable(
                number,
                new NewVehicle(
                        Vin.of("WDRV0BULK0000%04d".formatted(vin)),
                        TENANT,
                        new ModelId("m" + variant),
                        VehicleState.PRODUCED,
                        new VehicleLabels(Map.of()),
                        tbox.length == 0 ? null : tbox[0]),
                false);
    }
}
