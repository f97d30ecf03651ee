package dev.keelson.registry;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.spi.AlertTransaction;
import dev.keelson.registry.spi.Catalog;
import dev.keelson.registry.spi.CatalogTransaction;
import dev.keelson.registry.spi.FilesTransaction;
import dev.keelson.registry.spi.JobTransaction;
import dev.keelson.registry.spi.OutboxTransaction;
import dev.keelson.registry.spi.RegistryTransaction;
import dev.keelson.registry.spi.RetentionTransaction;
import dev.keelson.registry.spi.RolloutTransaction;
import dev.keelson.registry.spi.TrackingTransaction;
import dev.keelson.registry.tracking.Stage;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A catalogue that lives as long as the test; it honours {@code CatalogContract}. Of tracking, registry and files it has
 * nothing: a test of those asks a real one.
 */
public final class InMemoryCatalog implements Catalog {
    private State state = new State();
    private boolean writing;

    @Override
    public synchronized <T> T write(Function<CatalogTransaction, T> work) {
        if (writing) {
            throw new IllegalStateException("A write must not start another write.");
        }
        Transaction transaction = new Transaction(new State(state));
        writing = true;
        try {
            T result = work.apply(transaction);
            state = transaction.state();
            return result;
        } finally {
            writing = false;
            transaction.state = null;
        }
    }

    @Override
    public synchronized <T> T read(Function<CatalogTransaction, T> work) {
        Transaction transaction = new Transaction(new State(state));
        try {
            return work.apply(transaction);
        } finally {
            transaction.state = null;
        }
    }

    @Override
    public void close() {
        // nothing is held open
    }

    private static final class State {
        private final Map<String, Run> runs;
        private final Map<String, TreeMap<Integer, ModelVersion>> versions;
        private final Map<String, Integer> aliases;
        private final Map<String, Stage> stages;
        private final List<AuditEntry> audit;
        private final Map<String, StoredReport> reports;
        private final Map<String, String> steps;
        private final List<DefinitionVersion> definitions;
        private final InMemoryOutbox outbox;
        private final InMemoryRollouts rollouts;
        private final InMemoryJobs jobs;
        private final InMemoryAlerts alerts;

        private State() {
            runs = new TreeMap<>();
            versions = new TreeMap<>();
            aliases = new TreeMap<>();
            stages = new TreeMap<>();
            audit = new ArrayList<>();
            reports = new TreeMap<>();
            steps = new TreeMap<>();
            definitions = new ArrayList<>();
            outbox = new InMemoryOutbox();
            rollouts = new InMemoryRollouts();
            jobs = new InMemoryJobs();
            alerts = new InMemoryAlerts();
        }

        private State(State other) {
            runs = new TreeMap<>(other.runs);
            versions = new TreeMap<>();
            other.versions.forEach((model, byNumber) -> versions.put(model, new TreeMap<>(byNumber)));
            aliases = new TreeMap<>(other.aliases);
            stages = new TreeMap<>(other.stages);
            audit = new ArrayList<>(other.audit);
            reports = new TreeMap<>(other.reports);
            steps = new TreeMap<>(other.steps);
            definitions = new ArrayList<>(other.definitions);
            outbox = new InMemoryOutbox(other.outbox);
            rollouts = new InMemoryRollouts(other.rollouts);
            jobs = new InMemoryJobs(other.jobs);
            alerts = new InMemoryAlerts(other.alerts);
        }
    }

    private static final class Transaction implements CatalogTransaction {
        private @Nullable State state;

        private Transaction(State state) {
            this.state = state;
        }

        private State state() {
            if (state == null) {
                throw new IllegalStateException("This transaction has ended; it is valid only while its work runs.");
            }
            return state;
        }

        @Override
        public OutboxTransaction outbox() {
            return state().outbox;
        }

        @Override
        public JobTransaction jobs() {
            return state().jobs;
        }

        @Override
        public AlertTransaction alerts() {
            return state().alerts;
        }

        @Override
        public RolloutTransaction rollouts() {
            return state().rollouts;
        }

        @Override
        public TrackingTransaction tracking() {
            throw real("tracking");
        }

        @Override
        public FilesTransaction files() {
            throw real("files");
        }

        @Override
        public RetentionTransaction retention() {
            throw real("retention");
        }

        @Override
        public RegistryTransaction registry() {
            return new InMemoryRegistry(this, state().stages);
        }

        private static AssertionError real(String what) {
            return new AssertionError("A test that asks for %s needs a real catalogue.".formatted(what));
        }

        @Override
        public void putRun(Run run) {
            Instant endedAt = run.endedAt();
            state().runs.put(
                    run.id(),
                    new Run(
                            run.id(),
                            run.experiment(),
                            run.status(),
                            micros(run.startedAt()),
                            endedAt == null ? null : micros(endedAt),
                            run.params(),
                            run.metrics(),
                            run.tags(),
                            run.artifacts(),
                            run.provenance()));
        }

        @Override
        public Optional<Run> run(String id) {
            Run exact = state().runs.get(id);
            if (exact != null || id.length() < 4) {
                return Optional.ofNullable(exact);
            }
            List<Run> found = state().runs.values().stream()
                    .filter(run -> run.id().startsWith(id))
                    .toList();
            return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
        }

        @Override
        public List<Run> runs(@Nullable String experiment, int limit) {
            return limited(
                    state().runs.values().stream()
                            .filter(run -> experiment == null || run.experiment().equals(experiment))
                            .sorted(Comparator.comparing(Run::startedAt)
                                    .thenComparing(Run::id)
                                    .reversed()),
                    limit);
        }

        @Override
        public void addDefinition(DefinitionVersion version) {
            if (definitions(version.kind(), version.name()).stream()
                    .anyMatch(each -> each.version() == version.version())) {
                throw new IllegalArgumentException(
                        "The definition (%s) has a version %d already.".formatted(version.id(), version.version()));
            }
            state().definitions.add(new DefinitionVersion(
                    version.kind(),
                    version.name(),
                    version.version(),
                    version.sha256(),
                    version.essenceSha256(),
                    version.text(),
                    micros(version.registeredAt()),
                    version.removed()));
        }

        @Override
        public List<DefinitionVersion> definitions() {
            return state().definitions.stream()
                    .filter(each -> definitions(each.kind(), each.name()).getFirst().equals(each))
                    .sorted(Comparator.comparing(DefinitionVersion::kind).thenComparing(DefinitionVersion::name))
                    .toList();
        }

        @Override
        public List<DefinitionVersion> definitions(Definition.Kind kind, String name) {
            return state().definitions.stream()
                    .filter(each -> each.kind() == kind && each.name().equals(name))
                    .sorted(Comparator.comparingInt(DefinitionVersion::version).reversed())
                    .toList();
        }

        @Override
        public void addVersion(ModelVersion version) {
            TreeMap<Integer, ModelVersion> ofModel =
                    state().versions.computeIfAbsent(version.model(), model -> new TreeMap<>());
            ModelVersion stored = new ModelVersion(
                    version.model(),
                    version.version(),
                    version.runId(),
                    version.sha256(),
                    version.kind(),
                    micros(version.trainedTo()),
                    micros(version.createdAt()));
            if (ofModel.putIfAbsent(version.version(), stored) != null) {
                throw new IllegalArgumentException(
                        "The model (%s) has a version %d already.".formatted(version.model(), version.version()));
            }
        }

        @Override
        public int nextVersion(String model) {
            TreeMap<Integer, ModelVersion> ofModel = state().versions.get(model);
            return ofModel == null ? 1 : ofModel.lastKey() + 1;
        }

        @Override
        public List<String> models() {
            return List.copyOf(state().versions.keySet());
        }

        @Override
        public List<ModelVersion> versions(String model) {
            TreeMap<Integer, ModelVersion> ofModel = state().versions.get(model);
            return ofModel == null ? List.of() : List.copyOf(ofModel.descendingMap().values());
        }

        @Override
        public Optional<ModelVersion> version(String model, int version) {
            TreeMap<Integer, ModelVersion> ofModel = state().versions.get(model);
            return ofModel == null ? Optional.empty() : Optional.ofNullable(ofModel.get(version));
        }

        @Override
        public Optional<ModelVersion> alias(String model, String alias) {
            Integer version = state().aliases.get(aliasKey(model, alias));
            return version == null ? Optional.empty() : version(model, version);
        }

        @Override
        public void setAlias(String model, String alias, @Nullable Integer version) {
            if (version == null) {
                state().aliases.remove(aliasKey(model, alias));
                return;
            }
            if (version(model, version).isEmpty()) {
                throw new KeelsonException(
                        ErrorCode.VERSION_NOT_FOUND, "The model (%s) has no version %d.".formatted(model, version), null);
            }
            state().aliases.put(aliasKey(model, alias), version);
        }

        @Override
        public void addAudit(AuditEntry entry) {
            List<AuditEntry> audit = state().audit;
            audit.add(new AuditEntry(
                    audit.size() + 1L,
                    micros(entry.at()),
                    entry.actor(),
                    entry.action(),
                    entry.model(),
                    entry.version(),
                    entry.reason(),
                    entry.evidence()));
        }

        @Override
        public List<AuditEntry> audit(@Nullable String model, int limit) {
            return limited(
                    state().audit.reversed().stream()
                            .filter(entry -> model == null || entry.model().equals(model)),
                    limit);
        }

        @Override
        public List<AuditLine> auditChain(long after, int limit) {
            List<AuditLine> lines = new ArrayList<>();
            String hash = AuditChain.START;
            for (AuditEntry entry : state().audit) {
                hash = AuditChain.hash(hash, entry);
                lines.add(new AuditLine(entry, hash));
            }
            return limited(lines.stream().filter(line -> line.entry().sequence() > after), limit);
        }

        @Override
        public void putReport(StoredReport report) {
            state().reports.put(
                    report.id(),
                    new StoredReport(
                            report.id(),
                            report.kind(),
                            report.subject(),
                            micros(report.at()),
                            report.verdict(),
                            report.document()));
        }

        @Override
        public List<StoredReport> reports(String kind, @Nullable String subject, int limit) {
            return limited(
                    state().reports.values().stream()
                            .filter(report -> report.kind().equals(kind))
                            .filter(report -> subject == null || report.subject().equals(subject))
                            .sorted(Comparator.comparing(StoredReport::at)
                                    .thenComparing(StoredReport::id)
                                    .reversed()),
                    limit);
        }

        @Override
        public Optional<StoredReport> report(String id) {
            return Optional.ofNullable(state().reports.get(id));
        }

        @Override
        public Optional<String> step(String key) {
            return Optional.ofNullable(state().steps.get(key));
        }

        @Override
        public void putStep(String key, String name, String output) {
            state().steps.put(key, output);
        }

        private static String aliasKey(String model, String alias) {
            return model + '\0' + alias;
        }

        private static Instant micros(Instant instant) {
            return instant.truncatedTo(ChronoUnit.MICROS);
        }

        private static <T> List<T> limited(Stream<T> items, int limit) {
            if (limit < 1) {
                throw new IllegalArgumentException("limit (%d) must be at least 1.".formatted(limit));
            }
            return items.limit(limit).toList();
        }
    }
}
