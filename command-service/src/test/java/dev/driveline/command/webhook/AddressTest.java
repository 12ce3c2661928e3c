package dev.driveline.command.webhook;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressTest {

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1,true", "10.1.2.3,true", "172.16.0.1,true", "192.168.7.7,true",
                "169.254.169.254,true",
        "100.64.0.1,true", "0.0.0.0,true", "::1,true", "fd00::1,true", "fe80::1,true",
        "8.8.8.8,false", "100.128.0.1,false", "172.32.0.1,false", "2001:4860::1,false"
    })
    void privateAddressesAreKnown(String address, boolean isPrivate) throws Exception {
        assertEquals(isPrivate, Address.isPrivate(InetAddress.getAllByName(address)[0]), address);
    }
}
