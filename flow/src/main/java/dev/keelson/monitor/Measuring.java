package dev.keelson.monitor;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Measures columns on several threads while the next are read; no more are held at once than there are threads. Results come
 * in the order in which columns were added.
 */
final class Measuring implements AutoCloseable {
    private static final int MOST_THREADS = 4;

    private final List<MeasuredColumn> results;
    private final int threads = Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors());
    private final ExecutorService executor = Executors.newFixedThreadPool(threads);
    private final Queue<Future<MeasuredColumn>> waiting = new ArrayDeque<>();

    /** @param results takes what was measured, all of it once this is closed */
    Measuring(List<MeasuredColumn> results) {
        this.results = results;
    }

    void add(Callable<MeasuredColumn> column) {
        while (waiting.size() >= threads) {
            take();
        }
        waiting.add(executor.submit(column));
    }

    private void take() {
        try {
            results.add(waiting.remove().get());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("The check was interrupted.", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException("A column could not be measured.", e);
        }
    }

    /** Waits for the rest. */
    @Override
    public void close() {
        try (executor) {
            while (!waiting.isEmpty()) {
                take();
            }
        }
    }
}
