import com.hivemq.HiveMQServer;
import com.hivemq.configuration.service.InternalConfigurations;

/**
 * HiveMQ CE as a peer in a measurement: whoever shows a certificate may connect, which it otherwise
 * leaves to an extension. Its folder is the system property {@code hivemq.home}.
 */
public final class HiveMqPeer {

    private HiveMqPeer() {}

    public static void main(String[] arguments) throws Exception {
        InternalConfigurations.AUTH_DENY_UNAUTHENTICATED_CONNECTIONS.set(false);
        HiveMQServer.main(arguments);
    }
}
