package dev.keelson.http.server;

import dev.keelson.error.ErrorCode;
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

/** Refuses bodies of more than {@link KeelsonServer#MAX_BODY_BYTES}, but for files, which have a limit of their own, and rows that are answered as they come. */
final class BodyLimit implements Filter {

    @Override
    public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
        if (isFile(request) || PredictBodies.streams(request)) {
            chain.proceed();
            return;
        }
        long announced = request.headers().contentLength().orElse(-1);
        if (announced > KeelsonServer.MAX_BODY_BYTES) {
            response.header(HeaderValues.CONNECTION_CLOSE); // what was not read of it is not read
            throw new HttpFailure(413, Failures.transport(413));
        }
        if (announced < 0) {
            request.streamFilter(Counted::new); // before anything asks for the content, or it would not be looked at
        }
        chain.proceed();
    }

    private static boolean isFile(RoutingRequest request) {
        return request.prologue().method().equals(Method.PUT)
                && (MlflowApi.takesFiles(request.path().path()) || RunFileEndpoints.takesFiles(request.path().path()));
    }

    /** A body that does not say how long it is. */
    private static final class Counted extends FilterInputStream {
        private long left = KeelsonServer.MAX_BODY_BYTES;

        Counted(InputStream in) {
            super(in);
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
                throw new KeelsonException(
                        ErrorCode.TOO_LARGE, "The body is larger than 8 MiB.", "Maybe split the rows over several requests.");
            }
            return count;
        }
    }
}
