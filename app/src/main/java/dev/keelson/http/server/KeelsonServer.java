package dev.keelson.http.server;

import dev.keelson.console.Console;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.features.FeatureViewDefinition;
import dev.keelson.features.SqlViewDefinition;
import dev.keelson.http.Backend;
import dev.keelson.http.FeatureServing;
import dev.keelson.http.mlflow.FileTransfer;
import dev.keelson.http.mlflow.MlflowApi;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.grpc.GrpcConfig;
import io.helidon.webserver.grpc.GrpcRouting;
import io.helidon.webserver.http.HttpRouting;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The server of one project: API, health, metrics, console and Feast's gRPC service on one port, a virtual thread for each
 * request.
 *
 * <p>It listens on the machine itself only. Requests must name a loopback host, and requests that change something must
 * come from the server's own pages or from no page at all. Safe for use by several threads.
 */
public final class KeelsonServer implements AutoCloseable {
    /** The port when none is asked for. */
    public static final int DEFAULT_PORT = 8710;
    /** The address when none is asked for. */
    public static final String DEFAULT_HOST = "127.0.0.1";

    static final long MAX_BODY_BYTES = 8L << 20;
    /** Larger messages are dropped unread, without an answer; those between the two limits are refused. */
    private static final int MAX_GRPC_BUFFER_BYTES = 32 << 20;

    private static final Duration GRACE = Duration.ofSeconds(5);

    private final WebServer server;
    private final ServerMetrics metrics;
    private final String host;

    private KeelsonServer(WebServer server, ServerMetrics metrics, String host) {
        this.server = server;
        this.metrics = metrics;
        this.host = host;
    }

    /**
     * Starts to listen; returns when requests are answered.
     *
     * @param backend what answers
     * @param host a loopback address or {@code localhost}
     * @param port 1 to 65535, or 0 for any free one
     * @throws KeelsonException PORT_IN_USE if another process listens there; USAGE if the address is not of this machine
     *     alone
     */
    public static KeelsonServer start(Backend backend, String host, int port) {
        return start(backend, host, port, FileTransfer.MOST);
    }

    /**
     * As {@link #start(Backend, String, int)}.
     *
     * @param mostFileBytes larger files of runs are refused
     */
    public static KeelsonServer start(Backend backend, String host, int port, long mostFileBytes) {
        if (port < 0 || port > 65_535) {
            throw new KeelsonException(
                    ErrorCode.USAGE, "The port (%d) must be between 0 and 65535.".formatted(port), null);
        }
        InetAddress address = loopback(host);
        requireFree(address, host, port);
        ServerMetrics metrics = new ServerMetrics(backend::journalLag, backend.stageTimes());
        Stream.concat(
                        backend.project().views().stream().map(FeatureViewDefinition::name),
                        backend.project().sqlViews().stream().map(SqlViewDefinition::name))
                .forEach(view -> metrics.freshness(view, () -> {
                    FeatureServing features = backend.features();
                    return features == null ? Double.NaN : features.freshnessSeconds(view);
                }));
        WebServer server = WebServer.builder()
                .address(address)
                .port(port)
                .shutdownHook(false)
                .featuresDiscoverServices(false)
                .maxPayloadSize(-1) // BodyLimit looks at that: files may be larger
                .maxInMemoryEntity((int) MAX_BODY_BYTES)
                .shutdownGracePeriod(GRACE)
                .connectionOptions(options -> options.tcpNoDelay(true))
                .directHandlers(Failures::transportErrors)
                .routing(routing -> routes(routing, backend, metrics, mostFileBytes))
                .addProtocol(GrpcConfig.builder()
                        .maxReadBufferSize(MAX_GRPC_BUFFER_BYTES)
                        .build())
                .addRouting(GrpcRouting.builder()
                        .intercept(FeastGrpc::guard)
                        .service(new FeastGrpc(backend, (int) MAX_BODY_BYTES).service()))
                .build();
        server.start();
        if (!server.isRunning()) { // it was taken in between: the server logs that and returns
            metrics.close();
            throw portInUse(host, port, null);
        }
        return new KeelsonServer(server, metrics, host);
    }

    private static void routes(HttpRouting.Builder routing, Backend backend, ServerMetrics metrics, long mostFileBytes) {
        routing.addFilter(new RequestGuard());
        routing.addFilter(new BodyLimit());
        routing.error(Throwable.class, new Failures(new Console(backend), metrics));
        Routes first = new Routes(); // addresses are compared in the order of the routes
        new PredictEndpoint(backend, metrics).register(first);
        first.install(routing, false);
        new MlflowApi(backend, mostFileBytes).install(routing);
        Routes routes = new Routes();
        new Probes(backend, metrics).register(routes);
        new OutcomesEndpoint(backend, metrics).register(routes);
        new CatalogEndpoints(backend).register(routes);
        new GovernanceEndpoints(backend).register(routes);
        new TrackingEndpoints(backend).register(routes);
        new RunEndpoints(backend).register(routes);
        new RunFileEndpoints(backend, mostFileBytes).register(routes);
        new DefinitionEndpoints(backend).register(routes);
        new DriftEndpoints(backend).register(routes);
        new DataEndpoints(backend).register(routes);
        new SyncEndpoints(backend).register(routes);
        new RegistryLinkEndpoints(backend).register(routes);
        new LineageEndpoint(backend).register(routes);
        new PredictionsEndpoints(backend).register(routes);
        new FeatureEndpoints(backend).register(routes);
        new FeatureHistoryEndpoint(backend).register(routes);
        new BanditEndpoints(backend).register(routes);
        new ExplanationEndpoints(backend).register(routes);
        new BenchmarkEndpoints(backend).register(routes);
        new BacktestEndpoint(backend).register(routes);
        JobEndpoints.all(backend).forEach(each -> each.register(routes));
        new FeastEndpoints(backend).register(routes);
        new ConsoleRoutes(backend, new Console(backend)).register(routes);
        routes.install(routing);
    }

    private static InetAddress loopback(String host) {
        try {
            InetAddress address = InetAddress.getByName(host);
            if (address.isLoopbackAddress()) {
                return address;
            }
        } catch (UnknownHostException e) {
            throw new KeelsonException(
                    ErrorCode.USAGE, "The address (%s) is not known on this machine.".formatted(host), null, e);
        }
        throw new KeelsonException(
                ErrorCode.USAGE,
                "The address (%s) can be reached from other machines; expected a loopback address, because requests carry no token."
                        .formatted(host),
                "Maybe use 127.0.0.1 and reach it from elsewhere through an SSH tunnel.");
    }

    private static void requireFree(InetAddress address, String host, int port) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(address, port));
        } catch (IOException e) {
            throw portInUse(host, port, e);
        }
    }

    private static KeelsonException portInUse(String host, int port, @Nullable IOException cause) {
        return new KeelsonException(
                List.of(Problem.of(
                        ErrorCode.PORT_IN_USE,
                        "The port (%d) of %s cannot be used%s."
                                .formatted(port, host, cause == null ? "" : ": " + cause.getMessage()),
                        "Maybe another process listens there: stop it, or choose another port with --port N (0 takes a free one).")),
                cause);
    }

    /** The port it listens on. */
    public int port() {
        return server.port();
    }

    /** Where a browser finds it, such as {@code http://127.0.0.1:8710}. */
    public String url() {
        return "http://" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port();
    }

    /** Stops listening, lets running requests end within a few seconds. Stopping twice does nothing. */
    public void stop() {
        if (server.isRunning()) {
            server.stop();
        }
        metrics.close();
    }

    @Override
    public void close() {
        stop();
    }
}
