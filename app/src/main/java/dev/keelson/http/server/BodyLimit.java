package dev.keelson.http.server;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.http.mlflow.MlflowApi;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Refuses bodies of more than {@link KeelsonServer#MAX_BODY_BYTES}, but for files, which have a limit of their own. */
final class BodyLimit implements Filter {
    private final long receive;
    private final Set<Counted> reading = ConcurrentHashMap.newKeySet();

    /** @param receive so long a body may take to arrive */
    BodyLimit(Duration receive) {
        this.receive = receive.toNanos();
    }

    @Override
    public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
        if (isFile(request)) {
            chain.proceed();
            return;
        }
        long announced = request.headers().contentLength().orElse(-1);
        if (announced > KeelsonServer.MAX_BODY_BYTES) {
            response.header(HeaderValues.CONNECTION_CLOSE); // what was not read of it is not read
            throw new HttpFailure(413, Failures.transport(413));
        }
        if (announced != 0) {
            request.streamFilter(body -> new Counted(body, System.nanoTime() + receive)); // before anything asks for the content, or it would not be looked at
        }
        chain.proceed();
    }

    private static boolean isFile(RoutingRequest request) {
        return request.prologue().method().equals(Method.PUT)
                && (MlflowApi.takesFiles(request.path().path()) || RunFileEndpoints.takesFiles(request.path().path()));
    }

    /** Ends the reading of bodies whose time is over by now. */
    void reap(long now) {
        for (Counted body : reading) {
            body.endIfLate(now);
        }
    }

    private static HttpFailure late() {
        return new HttpFailure(
                408,
                Problem.of(
                        ErrorCode.BAD_REQUEST,
                        "The request took too long to arrive as a whole.",
                        "Maybe send it at once; `serve.limits.receive` says how long it may take."));
    }

    /** A body that may not be longer than allowed, whatever it said, nor take longer. */
    private final class Counted extends FilterInputStream {
        private final long until;
        private long left = KeelsonServer.MAX_BODY_BYTES;
        private @Nullable Thread reader;
        private boolean ended;

        /** @param until by when all of it must be here */
        Counted(InputStream in, long until) {
            super(in);
            this.until = until;
        }

        @Override
        public int read() throws IOException {
            begin();
            try {
                int read = super.read();
                counted(read < 0 ? 0 : 1);
                return read;
            } finally {
                end();
            }
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            begin();
            try {
                return counted(super.read(buffer, offset, length));
            } finally {
                end();
            }
        }

        private void begin() {
            synchronized (this) {
                if (ended) {
                    throw late();
                }
                reader = Thread.currentThread();
            }
            reading.add(this);
        }

        private void end() {
            reading.remove(this);
            synchronized (this) {
                reader = null;
                if (ended && Thread.interrupted()) {
                    throw late();
                }
            }
        }

        /** A thread that waits in a read of a socket is woken by its interruption, which closes the socket. */
        private synchronized void endIfLate(long now) {
            Thread waiting = reader;
            if (waiting != null && now - until > 0 && !ended) {
                ended = true;
                waiting.interrupt();
            }
        }

        private int counted(int count) {
            left -= Math.max(0, count);
            if (left < 0) {
                throw new KeelsonException(
                        ErrorCode.TOO_LARGE, "The body is larger than 8 MiB.", "Maybe split the rows over several requests.");
            }
            return count;
        }
    }
}
