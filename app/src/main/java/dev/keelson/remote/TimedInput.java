package dev.keelson.remote;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A stream that fails when nothing comes for a time: the time-out of a request ends with its headers. Not thread-safe. */
final class TimedInput extends InputStream {
    private final InputStream in;
    private final Duration patience;
    private final ExecutorService reader = Executors.newSingleThreadExecutor(Thread.ofVirtual().factory());

    TimedInput(InputStream in, Duration patience) {
        this.in = in;
        this.patience = patience;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (length == 0) {
            return 0;
        }
        Future<Integer> part = reader.submit(() -> in.read(bytes, offset, length));
        try {
            return part.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            in.close();
            throw new IOException("nothing came for %d s".formatted(patience.toSeconds()), e);
        } catch (ExecutionException e) {
            throw new IOException(
                    e.getCause() == null || e.getCause().getMessage() == null
                            ? "the connection broke"
                            : e.getCause().getMessage(),
                    e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            in.close();
            throw new InterruptedIOException("interrupted");
        }
    }

    @Override
    public void close() throws IOException {
        try {
            in.close();
        } finally {
            reader.shutdownNow();
        }
    }
}
