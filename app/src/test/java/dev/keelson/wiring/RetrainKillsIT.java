package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.control.alert.Alerts;
import dev.keelson.control.job.JobRun;
import dev.keelson.control.job.JobWorkers;
import dev.keelson.control.retrain.RetrainBook;
import dev.keelson.control.retrain.RetrainChain;
import dev.keelson.control.retrain.RetrainRequest;
import dev.keelson.control.retrain.RetrainWorld;
import dev.keelson.control.retrain.Trigger;
import dev.keelson.registry.AuditEntry;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.governance.Governance;
import dev.keelson.registry.governance.PolicyReport;
import dev.keelson.registry.governance.PromotionRules;
import dev.keelson.registry.job.Job;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.CatalogTransaction;
import dev.keelson.train.RetrainDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A retraining whose worker ends after each write of it, one after the other, on the real store: another goes on. */
final class RetrainKillsIT {
    private static final Instant START = Instant.parse("2024-01-01T00:00:00Z");
    private static final String MODEL = "direction";

    @TempDir
    Path folder;

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2024-06-01T00:00:00Z"));
    private int hours = 24 * 40;

    /** The end of a process. */
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1;
    }

    /** A catalogue that a process sees until it is killed, right after its n-th write. */
    private static final class Mortal implements Catalog {
        private final Catalog catalog;
        private int left;

        Mortal(Catalog catalog, int writes) {
            this.catalog = catalog;
            this.left = writes;
        }

        private void alive() {
            if (left == 0) {
                throw new Killed();
            }
        }

        @Override
        public <T> T write(Function<CatalogTransaction, T> work) {
            alive();
            T result = catalog.write(work);
            left--;
            alive();
            return result;
        }

        @Override
        public <T> T read(Function<CatalogTransaction, T> work) {
            alive();
            return catalog.read(work);
        }

        @Override
        public void close() {}
    }

    /** Lets everything serve. */
    private static final class Yes implements PromotionRules {
        @Override
        public boolean serves(String model) {
            return true;
        }

        @Override
        public PolicyReport check(ModelVersion version, @Nullable ModelVersion champion, Instant at) {
            return new PolicyReport(version.model(), version.version(), champion == null ? null : champion.version(), "yes", false, at, List.of());
        }
    }

    private record World(LiveRetraining live, Governance governance) implements RetrainWorld {
        @Override
        public RetrainDefinition definition(String model) {
            return live.definition(model);
        }

        @Override
        public ObjectNode drift(String model) {
            return live.drift(model);
        }

        @Override
        public Optional<String> nothingNew(String model) {
            return live.nothingNew(model);
        }

        @Override
        public Optional<JsonNode> train(JobRun run, RetrainRequest request) throws InterruptedException {
            return live.train(run, request);
        }

        @Override
        public String canary(String model, int version, double share, Duration hold, String reason) {
            return live.canary(model, version, share, hold, reason);
        }

        /** As if it had been asked: no request is made here. */
        @Override
        public long canaryAnswers(String model) {
            return live.canaryAnswers(model) + 1;
        }

        @Override
        public void endCanary(String model, int version, String reason) {
            live.endCanary(model, version, reason);
        }
    }

    private JobWorkers workers(LiveBackend backend, Catalog catalog) {
        Governance governance = new Governance(catalog, now::get, new Yes(), model -> {});
        Alerts alerts = new Alerts(catalog, now::get, () -> UUID.randomUUID().toString(), List.of(), () -> {});
        RetrainChain chain = new RetrainChain(new World(new LiveRetraining(backend, model -> Optional.empty()), governance), catalog, now::get, alerts);
        return new JobWorkers(catalog, now::get, UUID.randomUUID().toString(), JobWorkers.Settings.STANDARD, Map.of("retrain", chain));
    }

    private void newRows(LiveBackend backend) throws IOException {
        Random random = new Random(hours);
        StringBuilder csv = new StringBuilder();
        for (int i = 0; i < 24; i++, hours++) {
            csv.append("BTC,%s,%d,%d\n".formatted(START.plus(Duration.ofHours(hours)), 100 + random.nextInt(20), 1 + random.nextInt(1000)));
        }
        Files.writeString(folder.resolve("prices.csv"), csv.toString(), StandardOpenOption.APPEND);
        backend.data().load(null);
    }

    /** Works until the job has ended. */
    private void work(LiveBackend backend, JobWorkers workers, String job) {
        while (!ended(backend, job)) {
            if (!workers.workOnce()) {
                now.set(now.get().plusSeconds(31));
            }
        }
    }

    private static boolean ended(LiveBackend backend, String job) {
        return job(backend, job).state().ended();
    }

    private static Job job(LiveBackend backend, String job) {
        return backend.catalog().read(tx -> tx.jobs().job(job)).orElseThrow();
    }

    @Test
    void killAfterAnyWriteLosesAndDoublesNothing() throws IOException {
        var project = PriceProject.in(folder, PriceProject.model(MODEL, "logistic") + "retrain: { canary: 50%, hold: 1h }".indent(6));
        RunPipeline.run(project, now::get, line -> {});
        try (LiveBackend backend = LiveBackend.open(project, now::get)) {
            int kills = 0;
            for (int writes = 1; ; writes++) {
                newRows(backend);
                int trail = backend.audit(MODEL, 10_000).size();
                String id = Objects.requireNonNull(backend.schedules()
                                .retrainings()
                                .ask(RetrainRequest.full(MODEL, Trigger.MANUAL), null, "", "ann", "Try %d.".formatted(writes))
                                .job())
                        .id();
                boolean killed = false;
                try {
                    work(backend, workers(backend, new Mortal(backend.catalog(), writes)), id);
                } catch (Killed e) {
                    killed = true;
                }
                work(backend, workers(backend, backend.catalog()), id);

                Job ended = job(backend, id);
                List<AuditEntry> lines = backend.audit(MODEL, 10_000);
                Map<String, Long> counts = lines.subList(0, lines.size() - trail).stream()
                        .collect(Collectors.groupingBy(AuditEntry::action, Collectors.counting()));
                assertThat(ended.state()).as(ended.message()).isEqualTo(Job.State.DONE);
                assertThat(Objects.requireNonNull(ended.result()).path("status").asText()).isEqualTo("promoted");
                assertThat(counts)
                        .as("killed after write %d", writes)
                        .containsOnlyKeys(
                                "retrain_asked", "retrain_check", "register", "retrain_train", "retrain_evaluate", "retrain_compare",
                                "retrain_register", "retrain_shadow", "rollout_start", "retrain_canary", "promote", "retrain_promoted");
                assertThat(counts.values()).as("killed after write %d", writes).containsOnly(1L);
                assertThat(backend.versions(MODEL)).hasSize(writes + 1);
                assertThat(backend.alias(MODEL, ModelVersion.CHAMPION).orElseThrow().version()).isEqualTo(writes + 1);
                if (!killed) {
                    break;
                }
                kills++;
            }
            assertThat(kills).isGreaterThan(12);
            assertThat(backend.governance().verify(null).sound()).isTrue();
        }
    }
}
