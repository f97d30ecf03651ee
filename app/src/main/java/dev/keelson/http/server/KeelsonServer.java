package dev.keelson.http.server;

import dev.keelson.console.Console;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.features.FeatureViewDefinition;
import dev.keelson.features.SqlViewDefinition;
import dev.keelson.http.Backend;
import dev.keelson.http.FeatureServing;
import dev.keelson.http.inference.InferenceApi;
import dev.keelson.http.inference.InferenceGrpc;
import dev.keelson.http.mlflow.FileTransfer;
import dev.keelson.http.mlflow.MlflowApi;
import dev.keelson.http.mlflow.ScoringApi;
import dev.keelson.project.ServeDefinition.Limits;
import dev.keelson.project.ServeDefinition;
import io.helidon.common.socket.SocketOptions;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.grpc.GrpcConfig;
import io.helidon.webserver.grpc.GrpcRouting;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http2.Http2Config;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The server of one project: API, health, metrics, console and the gRPC services of Feast and of the Open Inference Protocol on one port, a virtual thread for each
 * request.
 *
 * <p>It listens on the machine itself only, unless the project file names tokens. Requests must name a host of ours, and
 * requests that change something must come from the server's own pages, from pages that the project file names, or from no page
 * at all. Safe for use by several threads.
 */
public final class KeelsonServer implements AutoCloseable {
    /** The port when none is asked for. */
    public static final int DEFAULT_PORT = 8710;
    /** The address when none is asked for. */
    public static final String DEFAULT_HOST = "127.0.0.1";

    static final long MAX_BODY_BYTES = 8L << 20;
    /** Data sets of a run: a profile has up to 16,777,215 characters, each of up to three bytes. */
    static final long MAX_DATASETS_BYTES = 64L << 20;
    /** Characters of a path and its query: some 3,500 ids of runs. */
    static final int MAX_ADDRESS = 128 << 10;
    /** Longer first lines are refused before it is known what they ask. */
    private static final int MAX_PROLOGUE_BYTES = 512 << 10;
    /** Pages name the address they come from in a header. */
    private static final int MAX_HEADERS_BYTES = MAX_ADDRESS + (64 << 10);
    /** Requests that one connection of HTTP/2 may have open at once. */
    private static final int MAX_STREAMS = 512;
    /** Larger messages are dropped unread, without an answer; those between the two limits are refused. */
    private static final int MAX_GRPC_BUFFER_BYTES = 32 << 20;

    /** Bodies that are worked on have so small a share of the heap: rows made of them take some ten times their room. */
    private static final int BODIES_SHARE = 20;

    private final WebServer server;
    private final ServerMetrics metrics;
    private final Admission admission;
    private final Connections connections;
    private final Duration notice;
    private final String host;

    private KeelsonServer(
            WebServer server,
            ServerMetrics metrics,
            Admission admission,
            Connections connections,
            Duration notice,
            String host) {
        this.server = server;
        this.metrics = metrics;
        this.admission = admission;
        this.connections = connections;
        this.notice = notice;
        this.host = host;
    }

    /**
     * Starts to listen; returns when requests are answered.
     *
     * @param backend what answers
     * @param host an address; of the machine itself ({@code 127.0.0.1}, {@code localhost}) unless the project file names tokens
     * @param port 1 to 65535, or 0 for any free one
     * @throws KeelsonException PORT_IN_USE if another process listens there; USAGE if the address is not of this machine
     *     alone and there is no token
     */
    public static KeelsonServer start(Backend backend, String host, int port) {
        return start(backend, host, port, FileTransfer.MOST, null);
    }

    /**
     * As {@link #start(Backend, String, int)}.
     *
     * @param mostFileBytes larger files of runs are refused
     * @param local a token for commands on this machine, where the project file names tokens; null for none
     */
    public static KeelsonServer start(
            Backend backend, String host, int port, long mostFileBytes, @Nullable String local) {
        if (port < 0 || port > 65_535) {
            throw new KeelsonException(
                    ErrorCode.USAGE, "The port (%d) must be between 0 and 65535.".formatted(port), null);
        }
        ServeDefinition serve = backend.project().serve();
        InetAddress address = address(host, !serve.tokens().isEmpty());
        requireFree(address, host, port);
        ServerMetrics metrics = new ServerMetrics(
                backend::journalLag, backend.stageTimes(), backend.featureGaps(), backend::measurements);
        Stream.concat(
                        backend.project().views().stream().map(FeatureViewDefinition::name),
                        backend.project().sqlViews().stream().map(SqlViewDefinition::name))
                .forEach(view -> metrics.freshness(view, () -> {
                    FeatureServing features = backend.features();
                    return features == null ? Double.NaN : features.freshnessSeconds(view);
                }));
        Access access = new Access(serve, local, backend.clock());
        Limits limits = serve.limits();
        Connections connections = new Connections(limits, System::nanoTime);
        Admission admission = new Admission(limits, connections, backend::isLogCrowded);
        metrics.admission(admission::shed, admission::limited);
        metrics.connections(connections);
        BodyLimit bodies =
                new BodyLimit(limits.receive(), connections, Runtime.getRuntime().maxMemory() / BODIES_SHARE);
        RequestGuard guard = new RequestGuard(serve, access, admission, !address.isLoopbackAddress());
        if (backend.project().predictionLog().remote() != null) {
            metrics.remoteLog(() -> backend.journal().remoteLag());
        }
        WebServer server = WebServer.builder()
                .address(address)
                .port(port)
                .shutdownHook(false)
                .featuresDiscoverServices(false)
                .maxPayloadSize(-1) // BodyLimit looks at that: files may be larger
                .maxInMemoryEntity((int) MAX_BODY_BYTES)
                .shutdownGracePeriod(limits.drain())
                .maxTcpConnections(limits.connections())
                .idleConnectionTimeout(limits.idle())
                .idleConnectionPeriod(often(limits.idle()))
                .connectionOptions(new WatchedSockets(
                        SocketOptions.builder().tcpNoDelay(true).build(), connections))
                .addConnectionSelector(new WatchedHttp(
                        Http1Config.builder()
                                .maxPrologueLength(MAX_PROLOGUE_BYTES)
                                .maxHeadersSize(MAX_HEADERS_BYTES)
                                .addReceiveListener(connections)
                                .addSendListener(new WatchedHttp.Answers())
                                .build(),
                        connections,
                        limits.receive()))
                .directHandlers(Failures::transportErrors)
                .routing(routing -> routes(routing, backend, metrics, mostFileBytes, access, admission, List.of(admission, guard, bodies)))
                .addProtocol(Http2Config.builder()
                        .maxHeaderListSize(MAX_HEADERS_BYTES + MAX_ADDRESS)
                        .maxConcurrentStreams(MAX_STREAMS)
                        .build())
                .addProtocol(GrpcConfig.builder()
                        .maxReadBufferSize(MAX_GRPC_BUFFER_BYTES)
                        .build())
                .addRouting(GrpcRouting.builder()
                        .intercept(new GrpcGuard(guard, admission, connections))
                        .service(new FeastGrpc(backend, (int) MAX_BODY_BYTES).service())
                        .service(new InferenceGrpc(backend, metrics, (int) MAX_BODY_BYTES).service()))
                .build();
        server.start();
        admission.start(now -> {
            bodies.reap(now);
            connections.look(now);
        });
        if (!server.isRunning()) { // it was taken in between: the server logs that and returns
            admission.close();
            metrics.close();
            throw portInUse(host, port, null);
        }
        return new KeelsonServer(server, metrics, admission, connections, limits.notice(), host);
    }

    /** How often connections are looked at, to be closed not long after their time. */
    private static Duration often(Duration time) {
        long millis = Math.clamp(time.toMillis() / 4, 20, 30_000);
        return Duration.ofMillis(millis);
    }

    private static void routes(
            HttpRouting.Builder routing,
            Backend backend,
            ServerMetrics metrics,
            long mostFileBytes,
            Access access,
            Admission admission,
            List<Filter> filters) {
        filters.forEach(routing::addFilter);
        routing.error(Throwable.class, new Failures(new Console(backend), metrics));
        Routes first = new Routes(); // addresses are compared in the order of the routes
        new PredictEndpoint(backend, metrics).register(first);
        first.install(routing, false);
        new InferenceApi(backend, metrics).install(routing);
        new MlflowApi(backend, mostFileBytes).install(routing);
        new ScoringApi(backend, metrics).install(routing);
        registered(backend, metrics, mostFileBytes, access, admission).install(routing);
    }

    /** The addresses of the API and the console. */
    static Routes registered(
            Backend backend, ServerMetrics metrics, long mostFileBytes, Access access, Admission admission) {
        Routes routes = new Routes();
        new Probes(backend, metrics, admission).register(routes);
        new Login(access, new Console(backend)).register(routes);
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
        new JournalEndpoints(backend).register(routes); // before the addresses of single predictions
        new PredictionsEndpoints(backend).register(routes);
        new StreakEndpoints(backend).register(routes);
        new FeatureEndpoints(backend).register(routes);
        new FeatureHistoryEndpoint(backend).register(routes);
        new BanditEndpoints(backend).register(routes);
        new RolloutEndpoints(backend).register(routes);
        new ScheduleEndpoints(backend).register(routes);
        new SettingsEndpoints(backend).register(routes);
        new AlertEndpoints(backend).register(routes);
        new BetEndpoints(backend).register(routes);
        new ExplanationEndpoints(backend).register(routes);
        new BenchmarkEndpoints(backend).register(routes);
        new BacktestEndpoint(backend).register(routes);
        JobEndpoints.all(backend).forEach(each -> each.register(routes));
        new FeastEndpoints(backend).register(routes);
        new ConsoleRoutes(backend, new Console(backend)).register(routes);
        return routes;
    }

    /** The address to listen on; one of other machines only where requests show tokens. */
    private static InetAddress address(String host, boolean tokens) {
        try {
            InetAddress address = InetAddress.getByName(host);
            if (tokens || address.isLoopbackAddress()) {
                return address;
            }
        } catch (UnknownHostException e) {
            throw new KeelsonException(
                    ErrorCode.USAGE, "The address (%s) is not known on this machine.".formatted(host), null, e);
        }
        throw new KeelsonException(
                ErrorCode.USAGE,
                "The address (%s) can be reached from other machines; expected a loopback address, because the project file names no token."
                        .formatted(host),
                "Maybe add `serve: { tokens: { me: { token: ${KEELSON_TOKEN}, role: admin } } }`, or use 127.0.0.1 and reach it through an SSH tunnel.");
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

    /** The address at which commands on this machine reach it. */
    public String localHost() {
        return host.equals("0.0.0.0") || host.equals("::") || host.equals("[::]") ? DEFAULT_HOST : host;
    }

    /** Where a browser finds it, such as {@code http://127.0.0.1:8710}. */
    public String url() {
        return "http://" + (localHost().indexOf(':') >= 0 ? "[" + localHost() + "]" : localHost()) + ":" + port();
    }

    /**
     * Ends in good order: says for {@code serve.limits.notice} that it is not ready any more and closes connections after their
     * answers, and then does what {@link #stop} does.
     *
     * @throws InterruptedException if the thread is interrupted during the notice
     */
    public void drain() throws InterruptedException {
        admission.drain();
        if (notice.isPositive()) {
            TimeUnit.NANOSECONDS.sleep(notice.toNanos());
        }
        stop();
    }

    /**
     * Stops to listen, closes connections that wait for a request, and returns when no request runs or {@code
     * serve.limits.drain} is over. Stopping twice does nothing.
     */
    public void stop() {
        admission.drain();
        if (server.isRunning()) {
            connections.end();
            server.stop();
        }
        admission.close();
        metrics.close();
    }

    @Override
    public void close() {
        stop();
    }
}
