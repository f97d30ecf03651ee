package dev.keelson.http.server;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.common.task.InterruptableTask;
import io.helidon.http.HeaderValues;
import io.helidon.http.Headers;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.ProxyProtocolData;
import io.helidon.webserver.Router;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionListener;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;

/** HTTP/1.1 over connections that are known to {@link Connections}, so that each request and write finds its own. */
final class WatchedHttp implements ServerConnectionSelector {
    private static final System.Logger LOG = System.getLogger(WatchedHttp.class.getName());

    private final ServerConnectionSelector http;
    private final Connections connections;
    private final Duration receive;

    WatchedHttp(Http1Config config, Connections connections, Duration receive) {
        this.http = Http1ConnectionSelector.builder().config(config).build();
        this.connections = connections;
        this.receive = receive;
    }

    @Override
    public int bytesToIdentifyConnection() {
        return http.bytesToIdentifyConnection();
    }

    @Override
    public Support supports(BufferData data) {
        return http.supports(data);
    }

    @Override
    public Set<String> supportedApplicationProtocols() {
        return http.supportedApplicationProtocols();
    }

    @Override
    public ServerConnection connection(ConnectionContext context) {
        Connected connection = connections.of(context.remotePeer());
        if (connection == null) {
            return http.connection(context);
        }
        ServerConnection served = http.connection(new Watched(context, connection, receive));
        connection.endsBy(() -> served.close(false));
        return new Ending(served, context, connection);
    }

    /** Notes which answers say that they are the last of their connection. */
    static final class Answers implements Http1ConnectionListener {
        @Override
        public void headers(ConnectionContext context, Headers headers) {
            if (context.remotePeer() instanceof Connected connection && headers.containsToken(HeaderValues.CONNECTION_CLOSE)) {
                connection.isLast();
            }
        }
    }

    /** A connection whose peer reads the last answer even if it still sends what nobody wants. */
    private record Ending(ServerConnection served, ConnectionContext context, Connected connection)
            implements ServerConnection, InterruptableTask<Void> {
        @Override
        public void handle(Limit limit) throws InterruptedException {
            try {
                served.handle(limit);
            } finally {
                flush();
                connection.linger();
            }
        }

        /** What was written may still wait for the thread that sends it. */
        private void flush() {
            try {
                context.dataWriter().flush();
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.DEBUG, "The last answer was not taken: {0}", e.getMessage());
            }
        }

        @Override
        public void run() {
            throw new UnsupportedOperationException("A connection is handled.");
        }

        @Override
        public Duration idleTime() {
            return served.idleTime();
        }

        @Override
        public void close(boolean interrupt) {
            served.close(interrupt);
        }

        @Override
        public boolean canInterrupt() {
            return connection.isLingering() || (served instanceof InterruptableTask<?> task && task.canInterrupt());
        }
    }

    /** A connection whose writes must be taken in time. */
    private record Watched(ConnectionContext context, Connected connection, Duration receive)
            implements ConnectionContext, DataWriter {
        @Override
        public DataWriter dataWriter() {
            return this;
        }

        @Override
        public void write(BufferData... buffers) {
            begin(buffers);
            context.dataWriter().write(buffers);
            connection.done();
        }

        @Override
        public void write(BufferData buffer) {
            begin(buffer);
            context.dataWriter().write(buffer);
            connection.done();
        }

        @Override
        public void writeNow(BufferData... buffers) {
            begin(buffers);
            context.dataWriter().writeNow(buffers);
            connection.done();
        }

        @Override
        public void writeNow(BufferData buffer) {
            begin(buffer);
            context.dataWriter().writeNow(buffer);
            connection.done();
        }

        private void begin(BufferData... buffers) {
            long bytes = 0;
            for (BufferData buffer : buffers) {
                bytes += buffer.available();
            }
            connection.expects(System.nanoTime() + Connected.taking(receive, bytes));
        }

        @Override
        public void flush() {
            context.dataWriter().flush();
        }

        @Override
        public void close() {
            context.dataWriter().close();
        }

        @Override
        public PeerInfo remotePeer() {
            return connection;
        }

        @Override
        public PeerInfo localPeer() {
            return context.localPeer();
        }

        @Override
        public boolean isSecure() {
            return context.isSecure();
        }

        @Override
        public String socketId() {
            return context.socketId();
        }

        @Override
        public String childSocketId() {
            return context.childSocketId();
        }

        @Override
        public ListenerContext listenerContext() {
            return context.listenerContext();
        }

        @Override
        public ExecutorService executor() {
            return context.executor();
        }

        @Override
        public DataReader dataReader() {
            return context.dataReader();
        }

        @Override
        public Router router() {
            return context.router();
        }

        @Override
        public Optional<ProxyProtocolData> proxyProtocolData() {
            return context.proxyProtocolData();
        }

        @Override
        public HelidonSocket serverSocket() {
            return context.serverSocket();
        }
    }
}
