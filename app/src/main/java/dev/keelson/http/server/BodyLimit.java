package dev.keelson.http.server;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.http.mlflow.FileTransfer;
import dev.keelson.http.mlflow.MlflowApi;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ServerConnectionException;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Refuses addresses of more than {@link KeelsonServer#MAX_ADDRESS} characters, and bodies of more than {@link
 * KeelsonServer#MAX_BODY_BYTES}, but for data sets of runs and for files, which have limits of their own, and rows that are answered
 * as they come.
 * All bodies together that are read as a whole are bounded, too: what is made of one takes several times its room
 * until it is answered, and a request that would need more than there is is answered with 503. One alone is always read.
 */
final class BodyLimit implements Filter {
    private static final Problem NO_ROOM = Problem.of(
            ErrorCode.OVERLOADED,
            "The requests that are worked on take all the memory that there is for them.",
            "Maybe send it again in a second, or fewer rows at once.");

    private final long receive;
    private final Connections connections;
    private final long room;
    private final AtomicLong held = new AtomicLong();
    private final Set<Checked> reading = ConcurrentHashMap.newKeySet();

    /**
     * A limit.
     *
     * @param receive so long a body may take to arrive, or one that is read as it comes to go on
     * @param room bytes that all bodies together may have while they are worked on
     */
    BodyLimit(Duration receive, Connections connections, long room) {
        this.room = room;
        this.receive = receive.toNanos();
        this.connections = connections;
    }

    @Override
    public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
        if (request.prologue().uriPath().rawPath().length() + request.query().rawValue().length() > KeelsonServer.MAX_ADDRESS) {
            response.header(HeaderValues.CONNECTION_CLOSE);
            throw new HttpFailure(414, Failures.transport(414));
        }
        boolean file = isFile(request) || PredictBodies.streams(request);
        long most = MlflowApi.takesDatasets(request.path().path())
                ? KeelsonServer.MAX_DATASETS_BYTES
                : KeelsonServer.MAX_BODY_BYTES;
        long announced = request.headers().contentLength().orElse(-1);
        if (!file && announced > most) {
            FileTransfer.refused(request, response); // a client that still writes would not hear why
            throw new HttpFailure(413, Failures.tooLarge(most));
        }
        if (announced == 0) {
            chain.proceed();
            return;
        }
        Connected connection = request.remotePeer() instanceof Connected watched ? watched : null;
        Share share = new Share();
        // before anything asks for the content, or it would not be looked at
        request.streamFilter(body -> new Checked(body, response, connection, file, most, share));
        try {
            chain.proceed();
        } finally {
            held.addAndGet(-share.bytes);
        }
    }

    /** What the body of one request has of the room. */
    private static final class Share {
        private long bytes;
        private boolean refused;
    }

    /** Takes room for what was read of a body. */
    private void hold(Share share, int count, RoutingResponse response) {
        if (share.refused) {
            return; // read only to get rid of it
        }
        share.bytes += count;
        if (held.addAndGet(count) > room && share.bytes < held.get()) {
            share.refused = true;
            response.header(HeaderNames.RETRY_AFTER, "1");
            throw new HttpFailure(503, NO_ROOM);
        }
    }

    private static boolean isFile(RoutingRequest request) {
        return request.prologue().method().equals(Method.PUT)
                && (MlflowApi.takesFiles(request.path().path()) || RunFileEndpoints.takesFiles(request.path().path()));
    }

    /** Ends the reading of bodies whose time is over by now. */
    void reap(long now) {
        for (Checked body : reading) {
            body.endIfLate(now);
        }
    }

    /** What a peer is told that took too long to send its request. */
    static HttpFailure late() {
        return new HttpFailure(
                408,
                Problem.of(
                        ErrorCode.BAD_REQUEST,
                        "The request took too long to arrive as a whole.",
                        "Maybe send it at once; `serve.limits.receive` says how long it may take."));
    }

    /** A body that may not be longer than allowed, whatever it said, nor take longer. */
    private final class Checked extends FilterInputStream {
        private final RoutingResponse response;
        private final @Nullable Connected connection;
        private final boolean streamed;
        private final long most;
        private long until;
        private long left;
        private final Share share;
        private @Nullable Thread reader;
        private boolean ended;

        /**
         * A body.
         *
         * @param connection that it comes over; null for one of many on a connection
         * @param streamed whether it is read as it comes, whatever its length and however long it takes
         * @param most so many bytes it may have when it is not
         * @param share what it has of the room
         */
        Checked(
                InputStream in,
                RoutingResponse response,
                @Nullable Connected connection,
                boolean streamed,
                long most,
                Share share) {
            super(in);
            this.response = response;
            this.connection = connection;
            this.streamed = streamed;
            this.most = most;
            this.left = streamed ? Long.MAX_VALUE : most;
            this.until = System.nanoTime() + receive;
            this.share = share;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            begin();
            int count;
            try {
                count = super.read(buffer, offset, length);
            } catch (RuntimeException e) { // chunks that are none, or a sender who went away, or was hung up on
                closes();
                requireInTime();
                if (e instanceof UncheckedIOException || e instanceof ServerConnectionException) {
                    throw new CloseConnectionException("The sender went away.", e); // nobody is left to be told
                }
                throw new HttpFailure(
                        400,
                        Problem.of(ErrorCode.BAD_REQUEST, "The body is not what the head of the request announced.", null));
            } finally {
                end();
            }
            counted(count);
            if (count > 0 && !streamed) {
                hold(share, count, response);
            }
            return count;
        }

        /** What was not read of it cannot be told from the next request. */
        private void closes() {
            if (!response.isSent()) {
                response.header(HeaderValues.CONNECTION_CLOSE);
            }
        }

        private void begin() {
            synchronized (this) {
                requireInTime();
                reader = Thread.currentThread();
                if (streamed) {
                    until = System.nanoTime() + receive;
                }
            }
            reading.add(this);
        }

        private synchronized void requireInTime() {
            if (ended && connection != null) {
                throw new CloseConnectionException("The body took too long to arrive."); // its sender was told
            }
            if (ended) {
                throw late();
            }
        }

        private void end() {
            reading.remove(this);
            synchronized (this) {
                reader = null;
                if (ended && Thread.interrupted()) {
                    closes();
                    throw late();
                }
            }
        }

        /** A thread that waits in a read of a socket is woken when that is closed; one that waits for its part of a connection, by its interruption. */
        private synchronized void endIfLate(long now) {
            Thread waiting = reader;
            if (waiting == null || now - until <= 0 || ended) {
                return;
            }
            ended = true;
            if (connection == null) {
                waiting.interrupt();
            } else {
                connections.hangUp(connection, response.isSent() || streamed ? null : late());
            }
        }

        /** Reads on for a while: a client that still writes would not hear why it is refused. */
        private void drain() throws IOException {
            byte[] rest = new byte[1 << 16];
            begin();
            try {
                long drained = 0;
                for (int read = in.read(rest); read >= 0 && drained < KeelsonServer.MAX_BODY_BYTES; read = in.read(rest)) {
                    drained += read;
                }
            } finally {
                end();
            }
        }

        private void counted(int count) throws IOException {
            left -= Math.max(0, count);
            if (left < 0) {
                drain();
                closes();
                throw new KeelsonException(Failures.tooLarge(most));
            }
        }
    }
}
