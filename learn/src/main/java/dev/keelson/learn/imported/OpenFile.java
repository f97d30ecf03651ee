package dev.keelson.learn.imported;

import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The evaluator of a file with those who use it: it is closed when it was released and the last of them has ended, or when
 * nothing reaches this object any more. Whoever comes later opens it anew. Safe for use by several threads.
 */
final class OpenFile {
    private static final Cleaner CLEANER = Cleaner.create();
    private static final AtomicInteger OPEN = new AtomicInteger();

    private final Supplier<FileEvaluator> again;
    private final State state;

    /** What must not reach the object that it is closed with. */
    private static final class State implements Runnable {
        private @Nullable FileEvaluator evaluator;
        private int users;
        private boolean released;

        synchronized FileEvaluator take(Supplier<FileEvaluator> again) {
            FileEvaluator now = evaluator;
            if (now == null) {
                now = again.get();
                opened(now);
            }
            users++;
            return now;
        }

        synchronized void opened(FileEvaluator fresh) {
            evaluator = fresh;
            released = false;
            OPEN.addAndGet(sessions(fresh));
        }

        synchronized void give() {
            users--;
            closeIfDone();
        }

        synchronized void release() {
            released = true;
            closeIfDone();
        }

        private void closeIfDone() {
            FileEvaluator now = evaluator;
            if (released && users == 0 && now != null) {
                evaluator = null;
                OPEN.addAndGet(-sessions(now));
                now.close();
            }
        }

        private static int sessions(FileEvaluator evaluator) {
            return evaluator instanceof TreeFile ? 0 : 1;
        }

        /** When nothing reaches the file any more. */
        @Override
        public synchronized void run() {
            users = 0;
            release();
        }
    }

    /**
     * A file that is open.
     *
     * @param again opens it once more
     */
    OpenFile(FileEvaluator evaluator, Supplier<FileEvaluator> again) {
        this.again = again;
        this.state = new State();
        state.opened(evaluator);
        CLEANER.register(this, state);
    }

    /** How many are open in this process, but for trees of our own. */
    static int count() {
        return OPEN.get();
    }

    /** Opens it if need be, and keeps it open until {@link #give}. */
    FileEvaluator take() {
        return state.take(again);
    }

    /** Ends what {@link #take} began. */
    void give() {
        state.give();
    }

    double[] evaluate(double[] row) {
        FileEvaluator evaluator = take();
        try {
            return evaluator.evaluate(row);
        } finally {
            give();
        }
    }

    /** Closes it as soon as nobody uses it. */
    void release() {
        state.release();
    }
}
