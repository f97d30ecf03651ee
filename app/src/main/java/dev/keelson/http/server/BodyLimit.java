package dev.keelson.http.server;

import dev.keelson.error.KeelsonException;
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

/**
 * Refuses addresses of more than {@link KeelsonServer#MAX_ADDRESS} characters, and bodies of more than {@link
 * KeelsonServer#MAX_BODY_BYTES}, but for data sets of runs and for files, which have limits of their own.
 */
final class BodyLimit implements Filter {

    @Override
    public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
        if (request.prologue().uriPath().rawPath().length() + request.query().rawValue().length() > KeelsonServer.MAX_ADDRESS) {
            response.header(HeaderValues.CONNECTION_CLOSE);
            throw new HttpFailure(414, Failures.transport(414));
        }
        if (isFile(request)) {
            chain.proceed();
            return;
        }
        long announced = request.headers().contentLength().orElse(-1);
        long most = MlflowApi.takesDatasets(request.path().path())
                ? KeelsonServer.MAX_DATASETS_BYTES
                : KeelsonServer.MAX_BODY_BYTES;
        if (announced > most) {
            response.header(HeaderValues.CONNECTION_CLOSE); // what was not read of it is not read
            throw new HttpFailure(413, Failures.tooLarge(most));
        }
        if (announced < 0) {
            request.streamFilter(in -> new Counted(in, most)); // before anything asks for the content, or it would not be looked at
        }
        chain.proceed();
    }

    private static boolean isFile(RoutingRequest request) {
        return request.prologue().method().equals(Method.PUT)
                && (MlflowApi.takesFiles(request.path().path()) || RunFileEndpoints.takesFiles(request.path().path()));
    }

    /** A body that does not say how long it is. */
    private static final class Counted extends FilterInputStream {
        private final long most;
        private long left;

        Counted(InputStream in, long most) {
            super(in);
            this.most = most;
            this.left = most;
        }

        @Override
        public int read() throws IOException {
            int read = super.read();
            counted(read < 0 ? 0 : 1);
            return read;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            return counted(super.read(buffer, offset, length));
        }

        private int counted(int count) {
            left -= Math.max(0, count);
            if (left < 0) {
                throw new KeelsonException(Failures.tooLarge(most));
            }
            return count;
        }
    }
}
