package dev.keelson.train;

import dev.keelson.error.KeelsonException;
import dev.keelson.learn.tune.Study;
import dev.keelson.learn.tune.StudyDefinition;
import dev.keelson.learn.tune.Trial;
import dev.keelson.learn.tune.WilcoxonPruner;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs the trials of a study, those of a batch side by side. Results are told in the order of trials, and a trial is stopped
 * in view of earlier batches alone: the outcome does not depend on the number of threads, nor on where a run was stopped
 * and taken up again.
 */
public final class TuneRun {
    /** Steps of a study that a fold has, when trials are judged within folds. */
    private static final int FOLD_STEPS = 1_000;

    private final OutOfFoldLoss judge;
    private final ModelDefinition model;
    private final @Nullable Integer everySteps;
    private final int threads;

    /** @param threads trials that run side by side at most, at least 1 */
    public TuneRun(OutOfFoldLoss judge, ModelDefinition model, @Nullable Integer everySteps, int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads (%d) must be at least 1.".formatted(threads));
        }
        this.judge = judge;
        this.model = model;
        this.everySteps = everySteps;
        this.threads = threads;
    }

    /**
     * A trial that has ended.
     *
     * @param trial with its reports
     * @param judged the losses of its rows; null when it did not run to its end, or ran before
     * @param failure why it failed, or null
     * @param millis how long it took
     */
    public record Ended(Trial trial, OutOfFoldLoss.@Nullable Judged judged, @Nullable String failure, long millis) {}

    /** Keeps trials. Called by one thread, in the order of trials. */
    public interface Book {
        /** A trial that has ended before, if it is kept. */
        Optional<Trial> kept(int number);

        /** A trial has ended now. */
        void ended(Ended ended, Study study);

        /** A kept trial was taken over. */
        void taken(Study study);
    }

    /**
     * Runs to the end of the study, or until it is to stop.
     *
     * @param last whether no further batch shall begin
     * @throws CancellationException if the calling thread is interrupted
     */
    public Study run(StudyDefinition definition, Book book, BooleanSupplier last) {
        Study study = Study.start(definition);
        while (study.stopReason().isEmpty() && !last.getAsBoolean()) {
            study = batch(study.ask(), book);
        }
        return study;
    }

    private Study batch(Study asked, Book book) {
        List<Optional<Trial>> known = new ArrayList<>();
        List<Trial> running = asked.running();
        for (Trial trial : running) {
            known.add(book.kept(trial.number())
                    .filter(kept -> kept.state().finished() && kept.values().equals(trial.values())));
        }
        Study study = asked;
        try (ExecutorService pool = Executors.newFixedThreadPool(Math.min(threads, running.size()))) {
            List<@Nullable Future<Ended>> futures = new ArrayList<>();
            for (int i = 0; i < running.size(); i++) {
                Trial trial = running.get(i);
                futures.add(known.get(i).isPresent() ? null : pool.submit(() -> evaluate(asked, trial)));
            }
            try {
                for (int i = 0; i < running.size(); i++) {
                    Future<Ended> future = futures.get(i);
                    if (future == null) {
                        study = study.tell(known.get(i).orElseThrow());
                        book.taken(study);
                    } else {
                        Ended ended = future.get();
                        study = study.tell(ended.trial());
                        book.ended(ended, study);
                    }
                }
            } catch (InterruptedException e) {
                pool.shutdownNow();
                Thread.currentThread().interrupt();
                throw new CancellationException("The search was interrupted.");
            } catch (ExecutionException e) {
                pool.shutdownNow();
                throw Training.unwrapped(e);
            } catch (CancellationException e) {
                pool.shutdownNow();
                throw e;
            }
        }
        return study;
    }

    private Ended evaluate(Study study, Trial asked) {
        long start = System.nanoTime();
        boolean folds = study.definition().pruner() instanceof WilcoxonPruner;
        Trial[] trial = {asked};
        OutOfFoldLoss.Judged judged = null;
        String failure = null;
        Trial ended;
        try {
            judged = judge.judge(TunedSettings.apply(model, asked.values()), new OutOfFoldLoss.Watch() {
                @Override
                public boolean after(int fold, double loss, double running) {
                    int step = everySteps == null ? fold : (fold + 1) * FOLD_STEPS - 1;
                    trial[0] = trial[0].report(step, folds ? loss : running);
                    boolean more = fold + 1 < judge.folds();
                    return goesOn(more);
                }

                @Override
                public boolean within(int fold, int step, double running) {
                    int every = Objects.requireNonNull(everySteps);
                    if (step % every != 0 || step / every >= FOLD_STEPS - 1) {
                        return !Thread.currentThread().isInterrupted();
                    }
                    trial[0] = trial[0].report(fold * FOLD_STEPS + step / every - 1, running);
                    return goesOn(true);
                }

                @Override
                public boolean listens() {
                    return everySteps != null;
                }

                private boolean goesOn(boolean more) {
                    return !Thread.currentThread().isInterrupted() && !(more && study.prunes(trial[0]));
                }
            });
            ended = judged.whole() ? trial[0].complete(judged.loss()) : trial[0].pruned();
        } catch (KeelsonException e) {
            failure = e.problems().getFirst().message();
            ended = trial[0].failed();
        }
        return new Ended(
                ended,
                judged != null && judged.whole() ? judged : null,
                failure,
                (System.nanoTime() - start) / 1_000_000);
    }
}
