package dev.keelson.remote;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.Run;
import dev.keelson.registry.outbox.QueuedChange;
import dev.keelson.registry.outbox.QueuedChange.Kind;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.CatalogTransaction;
import dev.keelson.registry.spi.RegistryTransaction;
import dev.keelson.registry.tracking.RegisteredVersion;
import dev.keelson.registry.tracking.Stage;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A catalogue that puts into its outbox, in the same transaction, what of its changes another registry is to be told: runs of
 * trainings that have ended, versions, aliases and stages. What clients log is theirs to send. Safe for use by several threads.
 */
public final class QueueingCatalog implements Catalog {
    private static final Set<Run.Status> ENDED = Set.of(Run.Status.FINISHED, Run.Status.FAILED, Run.Status.KILLED);

    private final Catalog catalog;
    private final InstantSource clock;
    private final boolean runs;
    private final boolean versions;
    private final Runnable queued;

    /**
     * @param runs whether runs are told
     * @param versions whether versions, aliases and stages are
     * @param queued told after each transaction that queued something
     */
    public QueueingCatalog(Catalog catalog, InstantSource clock, boolean runs, boolean versions, Runnable queued) {
        this.catalog = catalog;
        this.clock = clock;
        this.runs = runs;
        this.versions = versions;
        this.queued = queued;
    }

    @Override
    public <T> T write(Function<CatalogTransaction, T> work) {
        boolean[] added = new boolean[1];
        T result = catalog.write(tx -> {
            Watch watch = new Watch(tx);
            T answer = work.apply(watch.transaction());
            added[0] = watch.added;
            return answer;
        });
        if (added[0]) {
            queued.run();
        }
        return result;
    }

    @Override
    public <T> T read(Function<CatalogTransaction, T> work) {
        return catalog.read(work);
    }

    @Override
    public void close() {
        catalog.close();
    }

    /** Sees what one transaction does. The interfaces are wide, and all but four of their methods only pass through. */
    private final class Watch {
        private final CatalogTransaction tx;
        private final Instant now = clock.instant();
        private boolean added;

        Watch(CatalogTransaction tx) {
            this.tx = tx;
        }

        CatalogTransaction transaction() {
            return watched(CatalogTransaction.class, tx, (method, args) -> switch (method.getName()) {
                case "putRun" -> {
                    run((Run) args[0]);
                    yield PASS;
                }
                case "addVersion" -> {
                    version((ModelVersion) args[0]);
                    yield PASS;
                }
                case "setAlias" -> {
                    alias((String) args[0], (String) args[1], (Integer) args[2]);
                    yield PASS;
                }
                case "registry" -> registry();
                default -> PASS;
            });
        }

        private RegistryTransaction registry() {
            return watched(RegistryTransaction.class, tx.registry(), (method, args) -> {
                if (method.getName().equals("setStage")) {
                    stage((String) args[0], (Integer) args[1], (Stage) args[2]);
                }
                return PASS;
            });
        }

        private void run(Run run) {
            if (runs && ENDED.contains(run.status())) {
                add(Kind.RUN, run.id(), JsonNodeFactory.instance.objectNode());
            }
        }

        private void version(ModelVersion version) {
            if (versions) {
                add(
                        Kind.VERSION,
                        version.model(),
                        JsonNodeFactory.instance.objectNode().put("version", version.version()));
            }
        }

        private void alias(String model, String alias, @Nullable Integer to) {
            Integer from = tx.alias(model, alias).map(ModelVersion::version).orElse(null);
            boolean trained = to == null ? from != null : tx.version(model, to).isPresent();
            if (versions && trained && !java.util.Objects.equals(from, to)) {
                add(
                        Kind.ALIAS,
                        model,
                        JsonNodeFactory.instance.objectNode().put("alias", alias).put("from", from).put("to", to));
            }
        }

        private void stage(String model, int version, Stage to) {
            RegisteredVersion before = tx.registry().registered(model, version).orElse(null);
            if (versions && before != null && before.trained() != null && before.stage() != to) {
                add(
                        Kind.STAGE,
                        model,
                        JsonNodeFactory.instance
                                .objectNode()
                                .put("version", version)
                                .put("from", before.stage().word())
                                .put("to", to.word()));
            }
        }

        private void add(Kind kind, String subject, ObjectNode document) {
            tx.outbox().add(new QueuedChange(kind, subject, document.toString(), now));
            added = true;
        }
    }

    /** That a call goes on to what is watched. */
    private static final Object PASS = new Object();

    /** Told of each call before it is made. */
    @FunctionalInterface
    private interface Before {
        /** {@link #PASS}, or the answer. */
        Object of(Method method, Object[] args);
    }

    private static <T> T watched(Class<T> type, T target, Before before) {
        InvocationHandler handler = (proxy, method, args) -> {
            Object answer = before.of(method, args == null ? new Object[0] : args);
            if (!PASS.equals(answer)) {
                return answer;
            }
            try {
                return method.invoke(target, args);
            } catch (InvocationTargetException e) {
                throw e.getCause() == null ? e : e.getCause();
            }
        };
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
