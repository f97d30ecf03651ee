package dev.keelson.store.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Located;
import dev.keelson.error.Location;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSourceFilesTest {
    @TempDir
    Path folder;

    private KeelsonException failure(String file) {
        Located located = new Located(file, new Location("keelson.yaml", 4, 11));
        return catchThrowableOfType(
                KeelsonException.class,
                () -> new FileSourceFiles(folder).open(located).close());
    }

    @Test
    void relativePathsStartAtTheProject() throws IOException {
        Files.writeString(folder.resolve("a.csv"), "text");

        try (var in = new FileSourceFiles(folder).open(Located.of("a.csv"))) {
            assertThat(in.readAllBytes()).asString().isEqualTo("text");
        }
    }

    @Test
    void missingFileNamesTheOneThatWasMeant() throws IOException {
        Files.writeString(folder.resolve("matches.csv.gz"), "");

        KeelsonException failure = failure("matchs.csv.gz");

        assertThat(failure.code()).isEqualTo(ErrorCode.SOURCE_NOT_FOUND);
        assertThat(failure)
                .hasMessageStartingWith("keelson.yaml:4:11: There is no file (")
                .hasMessageEndingWith("Maybe `matches.csv.gz` was meant.");
    }

    @Test
    void missingFolderAndFolderAreToldApart() {
        assertThat(failure("none/a.csv")).hasMessageContaining("is missing or misspelt");
        assertThat(failure(".").code()).isEqualTo(ErrorCode.SOURCE_UNREADABLE);
    }
}
