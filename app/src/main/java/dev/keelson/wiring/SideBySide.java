package dev.keelson.wiring;

import dev.keelson.error.KeelsonException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;

/** Runs tasks side by side and takes up what they give in their order. */
final class SideBySide {
    private SideBySide() {}

    /**
     * Runs tasks, at most so many at a time. One that fails in a way that was to be expected keeps no other from being taken up;
     * of another failure, what those before it gave has been taken up, the others are given up, and it is thrown.
     *
     * @param tasks by name, in order
     * @param most how many at a time, at least 1
     * @param taken told of each result, in the order of the tasks, in the calling thread
     * @return the expected failures by name, in the order of the tasks
     * @throws CancellationException if the calling thread is interrupted
     */
    static <T> Map<String, KeelsonException> run(Map<String, Callable<T>> tasks, int most, BiConsumer<String, T> taken) {
        if (tasks.isEmpty()) {
            return Map.of();
        }
        Map<String, KeelsonException> failed = new LinkedHashMap<>();
        try (ExecutorService pool = Executors.newFixedThreadPool(Math.min(most, tasks.size()))) {
            Map<String, Future<T>> futures = new LinkedHashMap<>();
            tasks.forEach((name, task) -> futures.put(name, pool.submit(task)));
            try {
                for (Map.Entry<String, Future<T>> each : futures.entrySet()) {
                    T result;
                    try {
                        result = each.getValue().get();
                    } catch (ExecutionException e) {
                        if (!(e.getCause() instanceof KeelsonException expected)) {
                            throw unwrapped(e);
                        }
                        failed.put(each.getKey(), expected);
                        continue;
                    }
                    taken.accept(each.getKey(), result);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CancellationException("The training was interrupted.");
            } finally {
                pool.shutdownNow(); // nothing is left to do but after a failure
            }
        }
        return failed;
    }

    private static RuntimeException unwrapped(ExecutionException failure) {
        if (failure.getCause() instanceof RuntimeException cause) {
            return cause;
        }
        if (failure.getCause() instanceof Error error) {
            throw error;
        }
        return new IllegalStateException("A task failed.", failure.getCause());
    }
}
