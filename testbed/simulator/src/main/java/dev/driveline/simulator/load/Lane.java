package dev.driveline.simulator.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * One event loop of the generator and the vehicles that live on it. Everything in it is touched on
 * that loop only; {@link #ask} is the way in from elsewhere.
 */
final class Lane {

    /** Local ports of one source address are about 28,000; further addresses are taken in turn. */
    private static final int CONNECTIONS_AN_ADDRESS = 8_000;

    private static final int ADDRESSES = 200;
    private static final int ATTEMPT_LIMIT_MS = 60_000;

    final EventLoop loop;
    final int index;
    final List<Vehicle> vehicles = new ArrayList<>();
    final LoadConfig config;
    Tally tally = new Tally();
    private Consumer<Vehicle> afterLoss = vehicle -> {};
    private long connections;

    Lane(EventLoop loop, int index, LoadConfig config) {
        this.loop = loop;
        this.index = index;
        this.config = config;
    }

    /** Any thread: runs something on the lane and gives its result. */
    <T> CompletableFuture<T> ask(Function<Lane, T> question) {
        return CompletableFuture.supplyAsync(() -> question.apply(this), loop);
    }

    /** Any thread: begins something on the lane; completes when that is over. */
    CompletableFuture<Void> begin(Function<Lane, CompletableFuture<Void>> phase) {
        CompletableFuture<Void> over = new CompletableFuture<>();
        loop.execute(() -> {
            var _ =
                    phase.apply(this)
                            .whenComplete((nothing, failure) -> {
                                if (failure == null) {
                                    over.complete(null);
                                } else {
                                    over.completeExceptionally(failure);
                                }
                            });
        });
        return over;
    }

    /** What happens when an established connection is lost. */
    void afterLoss(Consumer<Vehicle> next) {
        afterLoss = next;
    }

    void lost(Vehicle vehicle) {
        tally.closed++;
        afterLoss.accept(vehicle);
    }

    void connect(Vehicle vehicle, FleetTls tls, int port, Vehicle.Attempt attempt) {
        long startNs = System.nanoTime();
        vehicle.connecting(
                port,
                (who, problem) -> {
                    if (problem == null) {
                        tally.connected(System.nanoTime() - startNs);
                    } else {
                        tally.failed(problem);
                    }
                    attempt.ended(who, problem);
                });
        Bootstrap bootstrap =
                new Bootstrap()
                        .group(loop)
                        .channel(NioSocketChannel.class)
                        .option(ChannelOption.TCP_NODELAY, true)
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, ATTEMPT_LIMIT_MS)
                        .localAddress(new InetSocketAddress(source(), 0))
                        .handler(initializer(vehicle, tls, port));
        Channel channel = bootstrap.connect(config.host(), port).channel();
        vehicle.connected(channel);
        // A channel that was never active fires no channelInactive.
        channel.closeFuture().addListener(closed -> vehicle.gone(channel));
        after(
                ATTEMPT_LIMIT_MS,
                () -> {
                    if (!vehicle.isOnline() && channel.isOpen()) {
                        vehicle.broken(channel, "no CONNACK in time");
                    }
                });
    }

    private static ChannelInitializer<Channel> initializer(
            Vehicle vehicle, FleetTls tls, int port) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                SslHandler handler = tls.handler(channel.alloc(), vehicle.number, port);
                handler.setHandshakeTimeoutMillis(ATTEMPT_LIMIT_MS);
                channel.pipeline().addLast(handler, new Dialogue(vehicle));
            }
        };
    }

    private String source() {
        long number = connections++ / CONNECTIONS_AN_ADDRESS * 8 + index;
        return "127.0.0." + (1 + number % ADDRESSES);
    }

    /** Runs a piece on the loop after a while. */
    void after(long ms, Runnable piece) {
        var _ = loop.schedule(piece, ms, TimeUnit.MILLISECONDS);
    }
}
