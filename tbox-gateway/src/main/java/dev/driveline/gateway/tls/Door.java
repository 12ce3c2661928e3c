package dev.driveline.gateway.tls;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;

/**
 * What the connections of one listener share.
 *
 * @param proxyFrom whose PROXY headers are believed; empty for a listener without them
 */
record Door(ConnectGate gate, HandshakeLog log, List<AddressRange> proxyFrom) {

    boolean behindProxy() {
        return !proxyFrom.isEmpty();
    }

    boolean believes(SocketAddress peer) {
        return peer instanceof InetSocketAddress inet
                && inet.getAddress() != null
                && proxyFrom.stream().anyMatch(range -> range.contains(inet.getAddress()));
    }
}
