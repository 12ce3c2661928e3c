package dev.driveline.telemetry.fact;

import dev.driveline.can.BusSource;
import dev.driveline.can.CatalogueSource;
import dev.driveline.can.Compilation;
import dev.driveline.can.Matching;
import dev.driveline.contract.id.CatalogueRef;
import dev.driveline.runtime.batch.Compression;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A catalogue for tests, as the registry publishes it. */
public record TestCatalogue(CatalogueRef ref, CatalogueSource source) {

    /**
     * One bus: message MOTION (0x100) with SPEED (km/h, up to 250) and GEAR (labelled), WHEEL
     * (0x200) with SPEED and the unsigned TICKS, MUX (0x300) with VALUE in two layouts, REAL
     * (0x400) with a double, DENSE (0x500) with four signals in a byte.
     */
    private static final String DBC =
            """
            VERSION "test"
            BU_: ECU
            BO_ 256 MOTION: 8 ECU
             SG_ SPEED : 0|16@1+ (0.01,0) [0|250] "km/h" ECU
             SG_ GEAR : 16|4@1+ (1,0) [0|15] "" ECU
            BO_ 512 WHEEL: 8 ECU
             SG_ SPEED : 0|16@1- (0.5,-10) [0|0] "m/s" ECU
            BO_ 513 TICK: 8 ECU
             SG_ TICKS : 0|64@1+ (1,0) [0|0] "" ECU
            BO_ 768 MUX: 8 ECU
             SG_ WHICH M : 0|8@1+ (1,0) [0|0] "" ECU
             SG_ VALUE m0 : 8|8@1+ (1,0) [0|0] "" ECU
             SG_ VALUE m1 : 16|8@1+ (2,0) [0|0] "" ECU
            BO_ 1024 REAL: 8 ECU
             SG_ VOLTAGE : 0|64@1- (1,0) [0|0] "V" ECU
            BO_ 1280 DENSE: 1 ECU
             SG_ BIT0 : 0|1@1+ (1,0) [0|0] "" ECU
             SG_ BIT1 : 1|1@1+ (1,0) [0|0] "" ECU
             SG_ BIT2 : 2|1@1+ (1,0) [0|0] "" ECU
             SG_ BIT3 : 3|1@1+ (1,0) [0|0] "" ECU
            VAL_ 256 GEAR 0 "P" 1 "R" 3 "D" ;
            SIG_VALTYPE_ 1024 VOLTAGE : 2;
            """;

    public static TestCatalogue small() {
        return of("small", BusSource.of("can0", Matching.EXACT, "small.dbc", bytes(DBC)));
    }

    public static TestCatalogue of(String id, BusSource... buses) {
        CatalogueSource source = new CatalogueSource(List.of(buses));
        return new TestCatalogue(new CatalogueRef(id, source.hash().substring(0, 32)), source);
    }

    public byte[] packed() {
        return Compression.pack(source.toBytes());
    }

    public CompiledCatalogue compiled() {
        return CompiledCatalogue.of(ref, ((Compilation.Compiled) source.compile()).catalogue());
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
