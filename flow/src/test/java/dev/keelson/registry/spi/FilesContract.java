package dev.keelson.registry.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.registry.Run;
import dev.keelson.registry.spi.FilesTransaction.Entry;
import dev.keelson.registry.spi.FilesTransaction.StoredFile;
import dev.keelson.registry.tracking.Search.Page;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every catalogue must do with the tree of files. */
public abstract class FilesContract {
    private static final Instant T0 = Instant.parse("2020-01-01T00:00:00.123456Z");
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
    void fileIsFoundByItsPath() {
        put("0/r/artifacts/a b/π.txt");

        assertThat(file("0/r/artifacts/a b/π.txt"))
                .hasValue(new StoredFile("0/r/artifacts/a b/π.txt", "f".repeat(64), 7, T0));
        assertThat(file("0/r/artifacts/a b")).isEmpty();
        assertThat(file("0/r/artifacts/A B/π.txt")).isEmpty();
    }

    @Test
    void fileTakesOtherBytes() {
        put("a/b");

        catalog.update(tx -> tx.files().put("a/b", "e".repeat(64), 9, T0.plusSeconds(1)));

        assertThat(file("a/b")).hasValue(new StoredFile("a/b", "e".repeat(64), 9, T0.plusSeconds(1)));
        assertThat(names("a", null, 10)).containsExactly("b");
    }

    @Test
    void folderTellsWhatIsDirectlyInIt() {
        put("r/x.txt");
        put("r/model/weights.bin");
        put("r/model/sub/deep.bin");
        put("r/a");
        put("rest/other");

        Page<Entry> page = list("r", null, 10);

        assertThat(page.items()).extracting(Entry::name).containsExactly("a", "model", "x.txt");
        assertThat(page.items().get(1).file()).isNull();
        assertThat(page.items().getLast().file()).isEqualTo(new StoredFile("r/x.txt", "f".repeat(64), 7, T0));
        assertThat(names("", null, 10)).containsExactly("r", "rest");
        assertThat(names("r/model", null, 10)).containsExactly("sub", "weights.bin");
        assertThat(names("nothing", null, 10)).isEmpty();
        assertThat(names("r/x.txt", null, 10)).isEmpty();
    }

    @Test
    void folderIsReadInPages() {
        for (int i = 0; i < 7; i++) {
            put("r/f" + i);
        }
        List<String> all = new ArrayList<>();
        String after = null;
        Page<Entry> page;

        do {
            page = list("r", after, 3);
            page.items().forEach(entry -> all.add(entry.name()));
            after = all.getLast();
        } while (page.more());

        assertThat(all).containsExactly("f0", "f1", "f2", "f3", "f4", "f5", "f6");
    }

    @Test
    void namesAreOrderedByTheirCharacters() {
        for (String name : List.of("b", "B", "a-1", "a.1", "a1", "ä", "_")) {
            put("r/" + name);
        }

        assertThat(names("r", null, 10)).containsExactly("B", "_", "a-1", "a.1", "a1", "b", "ä");
        assertThat(names("r", "a-1", 2)).containsExactly("a.1", "a1");
    }

    @Test
    void deletedFileTakesItsEmptyFoldersAlong() {
        put("r/model/sub/a");
        put("r/b");

        assertThat(delete("r/model/sub/a")).isOne();

        assertThat(names("r", null, 10)).containsExactly("b");
        assertThat(delete("r/model/sub/a")).isZero();
        assertThat(delete("r/b")).isOne();
        assertThat(names("", null, 10)).isEmpty();
    }

    @Test
    void deletedFolderTakesAllInItAlong() {
        put("r/model/a");
        put("r/model/sub/b");
        put("r/model-2/c");
        put("r/model0");
        put("r/model.txt");

        assertThat(delete("r/model")).isEqualTo(2);

        assertThat(names("r", null, 10)).containsExactly("model-2", "model.txt", "model0");
        assertThat(file("r/model/sub/b")).isEmpty();
        assertThat(delete("r")).isEqualTo(3);
        assertThat(names("", null, 10)).isEmpty();
    }

    @Test
    void foldersOfANameAreFoundAtAnyDepth() {
        put("1/r/artifacts/a");
        put("1/r/artifacts/deep/artifacts/b");
        put("1/models/m/artifacts/c");
        put("1/artifacts"); // a file
        put("12/r/artifacts/d");

        assertThat(catalog.<List<String>>read(tx -> tx.files().folders("1", "artifacts")))
                .containsExactlyInAnyOrder("1/models/m/artifacts", "1/r/artifacts", "1/r/artifacts/deep/artifacts");
        assertThat(catalog.<List<String>>read(tx -> tx.files().folders("1/r", "artifacts"))).hasSize(2);
    }

    @Test
    void nameIsAFileOrAFolder() {
        put("r/a");
        put("r/d/x");

        assertConflict("r/a/b");
        assertConflict("r/a/b/c");
        assertConflict("r/d");
        assertThat(names("r", null, 10)).containsExactly("a", "d");
        assertThat(file("r/d/x")).isPresent();
    }

    @Test
    void filesOfAClientStayWhenTheProjectPutsItsRunAgain() {
        Run run = run(List.of(new Run.Artifact("model/a", "a".repeat(64), 1), new Run.Artifact("b", "b".repeat(64), 2)));
        catalog.update(tx -> tx.putRun(run));
        String root = root(run);
        put(root + "/model/of a client");
        Run again = run(List.of(new Run.Artifact("c", "c".repeat(64), 3), new Run.Artifact("b", "d".repeat(64), 4)));

        catalog.update(tx -> tx.putRun(again));

        assertThat(names(root, null, 10)).containsExactly("b", "c", "model");
        assertThat(names(root + "/model", null, 10)).containsExactly("of a client");
        assertThat(catalog.<Optional<Run>>read(tx -> tx.run(run.id()))).hasValue(again);
    }

    private static Run run(List<Run.Artifact> artifacts) {
        return new Run(
                "a".repeat(32), "m", Run.Status.FINISHED, T0, T0, Map.of(), Map.of(), Map.of(), artifacts, "{}");
    }

    private String root(Run run) {
        return catalog.<String>read(tx -> tx.tracking()
                .runInfo(run.id())
                .orElseThrow()
                .artifactUri()
                .substring("mlflow-artifacts:/".length()));
    }

    private void put(String path) {
        catalog.update(tx -> tx.files().put(path, "f".repeat(64), 7, T0));
    }

    private Optional<StoredFile> file(String path) {
        return catalog.read(tx -> tx.files().file(path));
    }

    private Page<Entry> list(String folder, @Nullable String after, int limit) {
        return catalog.read(tx -> tx.files().list(folder, after, limit));
    }

    private List<String> names(String folder, @Nullable String after, int limit) {
        return list(folder, after, limit).items().stream().map(Entry::name).toList();
    }

    private long delete(String path) {
        return catalog.<Long>write(tx -> tx.files().delete(path));
    }

    private void assertConflict(String path) {
        assertThatThrownBy(() -> put(path)).isInstanceOfSatisfying(
                KeelsonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT));
    }
}
