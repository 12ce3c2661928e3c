package dev.driveline.gateway.tls;

import dev.driveline.gateway.identity.RefusalReason;
import dev.driveline.gateway.identity.RefusedChainException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/** Why there was no handshake; the label {@code reason} of {@code gateway.handshakes.refused}. */
enum HandshakeFailure {
    /** More connects a second than {@code gateway.max-connects-per-second}. */
    CONNECT_RATE,
    /** More than {@code gateway.max-handshakes}. */
    HANDSHAKES_AT_ONCE,
    /** A connection to the PROXY port from outside {@code mqtt.proxy-from}. */
    PROXY_PEER,
    /** A connection to the PROXY port without a header of version 2. */
    PROXY_HEADER,
    /** Not done within {@code mqtt.tls.handshake-timeout}. */
    TIMEOUT,
    /** Something else than TLS, for example HTTP or MQTT in plain text. */
    NOT_TLS,
    /** No common version of TLS, or no common cipher suite. */
    PROTOCOL_VERSION,
    NO_CERTIFICATE,
    /** The peer ended it with an alert: usually it does not trust our certificate. */
    PEER_ALERT,
    /** The peer hung up. */
    PEER_CLOSED,
    OTHER,
    PATH,
    DATE,
    KEY_USAGE,
    SUBJECT_NAME,
    TENANT,
    VIN_PREFIX,
    REVOKED,
    SUSPENDED;

    static HandshakeFailure of(Throwable cause) {
        RefusedChainException chain = refusedChain(cause);
        if (chain != null) {
            return of(chain.refusal().reason());
        }
        return switch (cause) {
            case SslHandshakeTimeoutException _ -> TIMEOUT;
            case NotSslRecordException _ -> NOT_TLS;
            case ClosedChannelException _ -> PEER_CLOSED;
            default -> byText(cause);
        };
    }

    /** The refusal that a trust manager threw, however deep TLS has wrapped it. */
    static @Nullable RefusedChainException refusedChain(Throwable failure) {
        Throwable cause = failure;
        while (cause != null) {
            if (cause instanceof RefusedChainException refused) {
                return refused;
            }
            cause = cause.getCause();
        }
        return null;
    }

    private static HandshakeFailure of(RefusalReason reason) {
        return switch (reason) {
            case PATH -> PATH;
            case DATE -> DATE;
            case KEY_USAGE -> KEY_USAGE;
            case SUBJECT_NAME -> SUBJECT_NAME;
            case TENANT -> TENANT;
            case VIN_PREFIX -> VIN_PREFIX;
            case REVOKED -> REVOKED;
            case SUSPENDED -> SUSPENDED;
            case CLIENT_ID, CLONE -> OTHER;
        };
    }

    /** BoringSSL and the JDK say these by text only; nothing but a label hangs on it. */
    private static HandshakeFailure byText(Throwable cause) {
        String text = String.valueOf(cause.getMessage());
        if (containsAny(text, "PEER_DID_NOT_RETURN_A_CERTIFICATE", "Empty client certificate")) {
            return NO_CERTIFICATE;
        }
        if (containsAny(text, "HTTP_REQUEST", "WRONG_VERSION_NUMBER", "plaintext connection")) {
            return NOT_TLS;
        }
        if (containsAny(
                text,
                "UNSUPPORTED_PROTOCOL",
                "NO_SHARED_CIPHER",
                "protocol version",
                "not enabled or supported",
                "cipher suites in common")) {
            return PROTOCOL_VERSION;
        }
        if (containsAny(text, "_ALERT_", "fatal alert")) {
            return PEER_ALERT;
        }
        return containsAny(text, "Connection reset", "Broken pipe") ? PEER_CLOSED : OTHER;
    }

    private static boolean containsAny(String text, String... parts) {
        for (String part : parts) {
            if (text.contains(part)) {
                return true;
            }
        }
        return false;
    }
}
