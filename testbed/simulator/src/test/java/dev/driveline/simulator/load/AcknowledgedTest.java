package dev.driveline.simulator.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

class AcknowledgedTest {

    private static final byte[] BOOT = {0, 0, 0, 0, 0, 0, 1, (byte) 0xAB};

    @Test
    void whatWasAcknowledgedAndNotStoredIsCounted() {
        Acknowledged acknowledged = new Acknowledged(Fleet.vin(3).value(), BOOT);
        acknowledged.add(1);
        acknowledged.add(2);
        acknowledged.add(2);
        acknowledged.add(900);
        BitSet stored = new BitSet();
        stored.set(1, 500);

        assertEquals(3, acknowledged.count());
        assertEquals(1, acknowledged.missingFrom(stored));
        stored.set(900);
        assertEquals(0, acknowledged.missingFrom(stored));
    }

    @Test
    void aFileHoldsThemAll() throws Exception {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(file);
        for (int number = 0; number < 3; number++) {
            Acknowledged acknowledged = new Acknowledged(Fleet.vin(number).value(), BOOT);
            for (int seq = 1; seq <= number * 100; seq++) {
                acknowledged.add(seq);
            }
            acknowledged.write(out);
        }

        DataInputStream in = new DataInputStream(new ByteArrayInputStream(file.toByteArray()));
        for (int number = 0; number < 3; number++) {
            Acknowledged read = Acknowledged.read(in);
            assertEquals(Fleet.vin(number).value(), read.vin());
            assertEquals("00000000000001ab", read.bootId());
            assertEquals(number * 100, read.count());
        }
        assertThrows(EOFException.class, () -> Acknowledged.read(in));
    }

    @Test
    void aVinKnowsItsNumber() {
        assertEquals(12_345, Fleet.number(Fleet.vin(12_345).value()));
    }
}
