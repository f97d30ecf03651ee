package dev.keelson.control;

import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.CatalogTransaction;
import dev.keelson.serve.LoggedPrediction;
import dev.keelson.serve.ModelEvent;
import dev.keelson.serve.ModelEventQuery;
import dev.keelson.serve.OutcomeEvent;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.serve.PredictionQuery;
import dev.keelson.serve.spi.PredictionLog;
import dev.keelson.serve.spi.SettledPairs;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Ends a run at one of its calls, as {@code kill -9} would: before the call, in its midst, or right after it. */
final class Killer {
    /** When within the call. */
    enum Moment {
        BEFORE,
        AMIDST,
        AFTER
    }

    /** The end of the run. */
    static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1;

        Killed() {}

        /** Dies with a result that nobody gets. */
        Killed(@Nullable Object unseen) {
            super("Killed before " + unseen + " could be returned.");
        }
    }

    private final int victim;
    private final Moment moment;
    private int calls;
    private boolean dead;

    private Killer(int victim, Moment moment) {
        this.victim = victim;
        this.moment = moment;
    }

    static Killer never() {
        return new Killer(Integer.MAX_VALUE, Moment.BEFORE);
    }

    static Killer at(int call, Moment moment) {
        return new Killer(call, moment);
    }

    synchronized int calls() {
        return calls;
    }

    <T> T call(Supplier<T> work) {
        return call(work, () -> {});
    }

    void run(Runnable work) {
        call(() -> {
            work.run();
            return Boolean.TRUE;
        });
    }

    /**
     * @param half what a kill in the midst of the work leaves done
     */
    synchronized <T> T call(Supplier<T> work, Runnable half) {
        if (dead) {
            throw new Killed(); // other threads die with it
        }
        calls++;
        boolean now = calls == victim;
        dead = now;
        if (now && moment != Moment.AFTER) {
            if (moment == Moment.AMIDST) {
                half.run();
            }
            throw new Killed();
        }
        T result = work.get();
        if (now) {
            throw new Killed();
        }
        return result;
    }

    Catalog catalog(Catalog catalog) {
        return new Catalog() {
            @Override
            public <T> T write(Function<CatalogTransaction, T> work) {
                return call(() -> catalog.write(work), () -> {
                    try {
                        catalog.<T>write(tx -> {
                            T unseen = work.apply(tx);
                            throw new Killed(unseen);
                        });
                    } catch (Killed e) {
                        // rolled back
                    }
                });
            }

            @Override
            public <T> T read(Function<CatalogTransaction, T> work) {
                return call(() -> catalog.read(work));
            }

            @Override
            public void close() {
                catalog.close();
            }
        };
    }

    PredictionLog log(PredictionLog log) {
        return new PredictionLog() {
            @Override
            public void append(List<PredictionEvent> events, boolean durable) {
                call(
                        () -> {
                            log.append(events, durable);
                            return Boolean.TRUE;
                        },
                        () -> log.append(events.subList(0, events.size() / 2), durable));
            }

            @Override
            public void appendOutcomes(List<OutcomeEvent> outcomes, boolean durable) {
                call(
                        () -> {
                            log.appendOutcomes(outcomes, durable);
                            return Boolean.TRUE;
                        },
                        () -> log.appendOutcomes(outcomes.subList(0, outcomes.size() / 2), durable));
            }

            @Override
            public void appendEvents(List<ModelEvent> events, boolean durable) {
                run(() -> log.appendEvents(events, durable));
            }

            @Override
            public SettledPairs pairs() {
                return log.pairs();
            }

            @Override
            public List<ModelEvent> events(ModelEventQuery query) {
                return log.events(query);
            }

            @Override
            public void catchUp() {
                run(log::catchUp);
            }

            @Override
            public long lag() {
                return call(log::lag);
            }

            @Override
            public List<LoggedPrediction> find(PredictionQuery query) {
                return call(() -> log.find(query));
            }

            @Override
            public long count(PredictionQuery query) {
                return call(() -> log.count(query));
            }

            @Override
            public Optional<LoggedPrediction> find(UUID id) {
                return call(() -> log.find(id));
            }

            @Override
            public List<Placed> predictions(long after, int limit) {
                return log.predictions(after, limit);
            }

            @Override
            public List<Placed> settled(long at, long place, int limit) {
                return log.settled(at, place, limit);
            }

            @Override
            public Knowledge known(String model, String entity) {
                return log.known(model, entity);
            }

            @Override
            public JournalPosition position() {
                return call(log::position);
            }

            @Override
            public long nextPlace() {
                return log.nextPlace();
            }

            @Override
            public void truncateTo(JournalPosition position) {
                run(() -> log.truncateTo(position));
            }

            @Override
            public void close() {
                log.close();
            }
        };
    }
}
