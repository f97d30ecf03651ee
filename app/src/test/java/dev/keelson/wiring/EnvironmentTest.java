package dev.keelson.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EnvironmentTest {

    @TempDir
    Path folder;

    @Test
    void librariesThemselvesTellTheirVersions() {
        SortedMap<String, String> snapshot = Environment.snapshot(folder);

        assertThat(snapshot).extractingByKeys("xgboost", "lightgbm", "duckdb", "sqlite").allMatch(each ->
                Objects.requireNonNull(each).matches("\\d+\\.\\d+\\.\\d+.*"));
        assertThat(snapshot).containsKeys("java.version", "os.arch", "cpu", "memory_mib", "gpu", "pytorch");
        assertThat(snapshot).doesNotContainKey(GitState.COMMIT);
    }

    @Test
    void onlyHarmlessVariablesAreKept() {
        Map<String, String> all = Map.of("OMP_NUM_THREADS", "2", "AWS_SECRET_ACCESS_KEY", "x", "DB_URL", "y", "TZ", "UTC");

        assertThat(Environment.variables(all)).containsExactly(Map.entry("env.OMP_NUM_THREADS", "2"), Map.entry("env.TZ", "UTC"));
    }

    @ParameterizedTest
    @CsvSource({
        "https://me:token@example.org/a/b.git, https://example.org/a/b.git",
        "https://token@example.org/a?private_token=x, https://example.org/a",
        "git@example.org:a/b.git, example.org:a/b.git",
        "ssh://git@example.org:22/a, ssh://example.org:22/a",
        "https://example.org/a@b, https://example.org/a@b",
        "/srv/git/a.git, /srv/git/a.git"
    })
    void remoteIsToldWithoutCredentials(String url, String told) {
        assertThat(GitState.withoutCredentials(url)).isEqualTo(told);
    }

    @Test
    void versionThatNobodyTellsIsUnknown() {
        assertThat(Environment.libraryVersion("/no-such-library.properties")).isEqualTo("unknown");
    }
}
