package dev.keelson.registry.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.ModelVersion;
import dev.keelson.registry.tracking.Lifecycle;
import dev.keelson.registry.tracking.RegisteredModel;
import dev.keelson.registry.tracking.RegisteredVersion;
import dev.keelson.registry.tracking.Search;
import dev.keelson.registry.tracking.Search.Clause;
import dev.keelson.registry.tracking.Search.Comparison;
import dev.keelson.registry.tracking.Search.Entity;
import dev.keelson.registry.tracking.Search.Page;
import dev.keelson.registry.tracking.Search.SortKey;
import dev.keelson.registry.tracking.Stage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every catalogue must do with registered models and versions. */
public abstract class RegistryContract {
    private static final Instant T0 = Instant.parse("2020-01-01T00:00:00.123Z");
    private static final Instant T1 = T0.plusSeconds(60);
    private Catalog catalog;

    /** A new, empty catalogue. */
    protected abstract Catalog newCatalog();

    @BeforeEach
    void open() {
        catalog = newCatalog();
    }

    @AfterEach
    void close() {
        catalog.close();
    }

    @Test
    void modelComesBackWhole() {
        RegisteredModel made = write(tx -> tx.createModel("m \"π\"", "about", Map.of("a", "1"), T0));

        assertThat(made.createdAt()).isEqualTo(T0);
        assertThat(made.description()).isEqualTo("about");
        assertThat(made.tags()).containsExactly(Map.entry("a", "1"));
        assertThat(model("m \"π\"")).hasValue(made);
        assertThat(model("x")).isEmpty();
        assertCode(() -> write(tx -> tx.createModel("m \"π\"", "", Map.of(), T0)), ErrorCode.ALREADY_EXISTS);
    }

    @Test
    void modelChanges() {
        made("m");

        update(tx -> {
            tx.describeModel("m", "new", T1);
            tx.setModelTag("m", "a", "1", T1);
            tx.setModelTag("m", "a", "2", T1);
            tx.setModelTag("m", "b", "1", T1);
            tx.setModelTag("m", "b", null, T1);
        });

        RegisteredModel now = model("m").orElseThrow();
        assertThat(now.description()).isEqualTo("new");
        assertThat(now.updatedAt()).isEqualTo(T1);
        assertThat(now.tags()).containsExactly(Map.entry("a", "2"));
        assertCode(() -> update(tx -> tx.describeModel("x", "", T1)), ErrorCode.MODEL_NOT_FOUND);
        assertCode(() -> update(tx -> tx.setModelTag("x", "a", "1", T1)), ErrorCode.MODEL_NOT_FOUND);
        assertCode(() -> update(tx -> tx.setModelTag("x", "a", null, T1)), ErrorCode.MODEL_NOT_FOUND);
    }

    @Test
    void renamedModelKeepsItsVersions() {
        made("m");
        made("other");
        version("m", "1");
        update(tx -> tx.setVersionTag("m", 1, "k", "v", T0));
        catalog.update(tx -> tx.setAlias("m", "best", 1));

        RegisteredModel renamed = write(tx -> tx.renameModel("m", "n", T1));

        assertThat(renamed.name()).isEqualTo("n");
        assertThat(renamed.aliases()).containsExactly(Map.entry("best", 1));
        assertThat(model("m")).isEmpty();
        assertThat(registered("n", 1).orElseThrow().tags()).containsEntry("k", "v");
        assertThat(version("n", "2").version()).isEqualTo(2);
        assertCode(() -> write(tx -> tx.renameModel("n", "other", T1)), ErrorCode.ALREADY_EXISTS);
        assertCode(() -> write(tx -> tx.renameModel("x", "y", T1)), ErrorCode.MODEL_NOT_FOUND);
    }

    @Test
    void deletedModelTakesItsVersionsAlong() {
        made("m");
        version("m", "1");
        catalog.update(tx -> tx.setAlias("m", "best", 1));

        update(tx -> tx.deleteModel("m"));

        assertThat(model("m")).isEmpty();
        assertThat(registered("m", 1)).isEmpty();
        assertCode(() -> update(tx -> tx.deleteModel("m")), ErrorCode.MODEL_NOT_FOUND);
        made("m");
        assertThat(version("m", "x").version()).isEqualTo(2); // the trail still speaks of version 1
    }

    @Test
    void versionComesBackWhole() {
        made("m");

        RegisteredVersion made = write(tx -> tx.createVersion(
                "m", "mlflow-artifacts:/0/r/artifacts/model", "r", "http://x", "m-1", "ann", "about", Map.of("a", "1"), T1));

        assertThat(made.version()).isOne();
        assertThat(made.stage()).isEqualTo(Stage.NONE);
        assertThat(made.source()).isEqualTo("mlflow-artifacts:/0/r/artifacts/model");
        assertThat(made.runId()).isEqualTo("r");
        assertThat(made.runLink()).isEqualTo("http://x");
        assertThat(made.modelId()).isEqualTo("m-1");
        assertThat(made.user()).isEqualTo("ann");
        assertThat(made.trained()).isNull();
        assertThat(registered("m", 1)).hasValue(made);
        assertThat(model("m").orElseThrow().updatedAt()).isEqualTo(T1);
        assertCode(() -> version("x", "1"), ErrorCode.MODEL_NOT_FOUND);
    }

    @Test
    void numberOfADeletedVersionIsNotGivenAgain() {
        made("m");
        version("m", "1");
        version("m", "2");
        catalog.update(tx -> tx.setAlias("m", "best", 2));

        update(tx -> tx.deleteVersion("m", 2));

        assertThat(model("m").orElseThrow().aliases()).isEmpty();
        assertThat(version("m", "3").version()).isEqualTo(3);
        assertThat(catalog.<Integer>read(tx -> tx.nextVersion("m"))).isEqualTo(4);
        assertThat(catalog.<Integer>read(tx -> tx.nextVersion("new"))).isEqualTo(1);
        assertCode(() -> update(tx -> tx.deleteVersion("m", 2)), ErrorCode.VERSION_NOT_FOUND);
    }

    @Test
    void versionChanges() {
        made("m");
        version("m", "1");

        update(tx -> {
            tx.describeVersion("m", 1, "new", T1);
            tx.setVersionTag("m", 1, "a", "1", T1);
            tx.setVersionTag("m", 1, "b", "1", T1);
            tx.setVersionTag("m", 1, "b", null, T1);
        });

        RegisteredVersion now = registered("m", 1).orElseThrow();
        assertThat(now.description()).isEqualTo("new");
        assertThat(now.updatedAt()).isEqualTo(T1);
        assertThat(now.tags()).containsExactly(Map.entry("a", "1"));
        assertCode(() -> update(tx -> tx.describeVersion("m", 9, "", T1)), ErrorCode.VERSION_NOT_FOUND);
        assertCode(() -> update(tx -> tx.setVersionTag("m", 9, "a", "1", T1)), ErrorCode.VERSION_NOT_FOUND);
        assertCode(() -> update(tx -> tx.setStage("m", 9, Stage.STAGING, false, T1)), ErrorCode.VERSION_NOT_FOUND);
    }

    @Test
    void stageIsTakenOverFromTheOthersWhenAsked() {
        made("m");
        made("n");
        version("m", "1");
        version("m", "2");
        version("m", "3");
        version("n", "1");
        update(tx -> {
            tx.setStage("m", 1, Stage.PRODUCTION, false, T0);
            tx.setStage("m", 2, Stage.PRODUCTION, false, T0);
            tx.setStage("n", 1, Stage.PRODUCTION, false, T0);
        });
        assertThat(stage("m", 1)).isEqualTo(Stage.PRODUCTION);

        update(tx -> tx.setStage("m", 3, Stage.PRODUCTION, true, T1));

        assertThat(stage("m", 1)).isEqualTo(Stage.ARCHIVED);
        assertThat(stage("m", 2)).isEqualTo(Stage.ARCHIVED);
        assertThat(stage("m", 3)).isEqualTo(Stage.PRODUCTION);
        assertThat(stage("n", 1)).isEqualTo(Stage.PRODUCTION);
        assertThat(registered("m", 1).orElseThrow().updatedAt()).isEqualTo(T1);
    }

    @Test
    void modelsAreSearched() {
        write(tx -> tx.createModel("beta", "", Map.of("t", "1"), T0));
        write(tx -> tx.createModel("Alpha", "", Map.of("t", "2"), T1));
        made("gamma");

        assertThat(models(List.of(), List.of())).containsExactly("Alpha", "beta", "gamma");
        assertThat(models(List.of(Clause.text(Entity.ATTRIBUTE, "name", Comparison.LIKE, "a%")), List.of())).isEmpty();
        assertThat(models(List.of(Clause.text(Entity.ATTRIBUTE, "name", Comparison.ILIKE, "a%")), List.of()))
                .containsExactly("Alpha");
        assertThat(models(List.of(Clause.text(Entity.TAG, "t", Comparison.NOT_EQUAL, "1")), List.of()))
                .containsExactly("Alpha");
        assertThat(models(List.of(), List.of(new SortKey(Entity.ATTRIBUTE, "creation_timestamp", false))))
                .containsExactly("Alpha", "beta", "gamma");
        assertThat(models(List.of(), List.of(new SortKey(Entity.ATTRIBUTE, "name", false))))
                .containsExactly("gamma", "beta", "Alpha");
        Page<RegisteredModel> page = read(tx -> tx.searchModels(search(List.of(), List.of(), 2, 1)));
        assertThat(page.items()).extracting(RegisteredModel::name).containsExactly("beta", "gamma");
        assertThat(page.more()).isFalse();
    }

    @Test
    void versionsAreSearched() {
        made("a");
        made("b");
        version("a", "s1");
        write(tx -> tx.createVersion("a", "s2", "run2", null, null, "", "", Map.of("k", "v"), T1));
        version("b", "s3");

        assertThat(versions(List.of(), List.of())).containsExactly("a2", "a1", "b1");
        assertThat(versions(List.of(Clause.text(Entity.ATTRIBUTE, "name", Comparison.EQUAL, "a")), List.of()))
                .containsExactly("a2", "a1");
        assertThat(versions(List.of(Clause.text(Entity.ATTRIBUTE, "run_id", Comparison.IN, "run2", "x")), List.of()))
                .containsExactly("a2");
        assertThat(versions(List.of(Clause.text(Entity.ATTRIBUTE, "source_path", Comparison.EQUAL, "s3")), List.of()))
                .containsExactly("b1");
        assertThat(versions(List.of(Clause.number(Entity.ATTRIBUTE, "version_number", Comparison.LESS, 2)), List.of()))
                .containsExactly("a1", "b1");
        assertThat(versions(List.of(Clause.text(Entity.TAG, "k", Comparison.EQUAL, "v")), List.of()))
                .containsExactly("a2");
        assertThat(versions(
                        List.of(),
                        List.of(
                                new SortKey(Entity.ATTRIBUTE, "version_number", true),
                                new SortKey(Entity.ATTRIBUTE, "name", false))))
                .containsExactly("b1", "a1", "a2");
        assertThat(versions(
                        List.of(Clause.number(
                                Entity.ATTRIBUTE, "creation_timestamp", Comparison.EQUAL, T1.toEpochMilli())),
                        List.of()))
                .containsExactly("a2");
    }

    @Test
    void versionsAndAliasesOfTheProjectAreRegistered() {
        ModelVersion trained = new ModelVersion(
                "football", 3, "a".repeat(32), "b".repeat(64), ModelVersion.Kind.REFRESH, T0.plusNanos(1_000), T1.plusNanos(1_000));
        catalog.update(tx -> {
            tx.addVersion(trained);
            tx.setAlias("football", ModelVersion.CHAMPION, 3);
        });

        RegisteredVersion registered = registered("football", 3).orElseThrow();
        assertThat(registered.trained()).isEqualTo(trained);
        assertThat(registered.runId()).isEqualTo(trained.runId());
        assertThat(registered.aliases()).containsExactly(ModelVersion.CHAMPION);
        assertThat(registered.createdAt()).isEqualTo(T1);
        assertThat(registered.user()).isNotEmpty();
        assertThat(registered.source()).contains("a".repeat(32));
        assertThat(model("football").orElseThrow().aliases()).containsExactly(Map.entry(ModelVersion.CHAMPION, 3));
        assertThat(version("football", "x").version()).isEqualTo(4);
    }

    @Test
    void versionOfAClientServesNothing() {
        made("m");
        version("m", "1");

        catalog.update(tx -> tx.setAlias("m", "best", 1));

        assertThat(catalog.<List<String>>read(CatalogTransaction::models)).isEmpty();
        assertThat(catalog.<List<ModelVersion>>read(tx -> tx.versions("m"))).isEmpty();
        assertThat(catalog.<Optional<ModelVersion>>read(tx -> tx.version("m", 1))).isEmpty();
        assertThat(catalog.<Optional<ModelVersion>>read(tx -> tx.alias("m", "best"))).isEmpty();
        assertThat(registered("m", 1).orElseThrow().aliases()).containsExactly("best");
        assertThatThrownBy(() -> catalog.update(tx -> tx.addVersion(
                        new ModelVersion("m", 1, "r", "s", ModelVersion.Kind.INITIAL, T0, T0))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void numbersAreGivenOnceToSeveralWriters() throws Exception {
        made("m");
        List<Future<Integer>> done = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (int i = 0; i < 40; i++) {
                done.add(threads.submit(() -> version("m", "s").version()));
            }
        }
        List<Integer> numbers = new ArrayList<>();
        for (Future<Integer> each : done) {
            numbers.add(each.get());
        }

        assertThat(numbers).containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(1, 40).boxed().toList());
    }

    // ---- shorthands

    private <T> T read(Function<RegistryTransaction, T> work) {
        return catalog.read(tx -> work.apply(tx.registry()));
    }

    private <T> T write(Function<RegistryTransaction, T> work) {
        return catalog.write(tx -> work.apply(tx.registry()));
    }

    private void update(Consumer<RegistryTransaction> work) {
        catalog.update(tx -> work.accept(tx.registry()));
    }

    private void made(String model) {
        write(tx -> tx.createModel(model, "", Map.of(), T0));
    }

    private RegisteredVersion version(String model, String source) {
        return write(tx -> tx.createVersion(model, source, null, null, null, "ann", "", Map.of(), T0));
    }

    private Optional<RegisteredModel> model(String name) {
        return read(tx -> tx.model(name));
    }

    private Optional<RegisteredVersion> registered(String model, int version) {
        return read(tx -> tx.registered(model, version));
    }

    private @Nullable Stage stage(String model, int version) {
        return registered(model, version).map(RegisteredVersion::stage).orElse(null);
    }

    private static Search search(List<Clause> clauses, List<SortKey> order, int limit, long offset) {
        return new Search(clauses, order, Lifecycle.View.ACTIVE_ONLY, limit, offset);
    }

    private List<String> models(List<Clause> clauses, List<SortKey> order) {
        return read(tx -> tx.searchModels(search(clauses, order, 100, 0))).items().stream()
                .map(RegisteredModel::name)
                .toList();
    }

    private List<String> versions(List<Clause> clauses, List<SortKey> order) {
        return read(tx -> tx.searchVersions(search(clauses, order, 100, 0))).items().stream()
                .map(version -> version.model() + version.version())
                .toList();
    }

    private static void assertCode(ThrowingCallable call, ErrorCode code) {
        assertThatThrownBy(call).isInstanceOfSatisfying(
                KeelsonException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
