package dev.keelson.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProjectTemplateTest {
    @TempDir
    Path folder;

    @Test
    void madeProjectIsValidAsItIs() {
        Path target = folder.resolve("a/b");

        List<Path> files = ProjectTemplate.create(target, "football");
        Project project = new ProjectReader(SourceHeaders.none(), Map.of()).read(target, Map.of());

        assertThat(files)
                .containsExactly(
                        target.resolve(".env.example"),
                        target.resolve(".gitignore"),
                        target.resolve("README.md"),
                        target.resolve("keelson.yaml"))
                .allSatisfy(file -> assertThat(file).isNotEmptyFile());
        assertThat(project.models())
                .extracting(model -> model.name())
                .containsExactly("football-1x2", "football-1x2-odds");
        assertThat(names(folder.resolve("a"))).containsExactly("b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"football", "bets", "crypto", "stocks"})
    void everyExampleIsValidAsItIs(String example) {
        ProjectTemplate.create(folder, example);

        Project project = new ProjectReader(SourceHeaders.none(), Map.of()).read(folder, Map.of());

        assertThat(ProjectTemplate.EXAMPLES).hasSize(4).contains(example);
        assertThat(project.views()).isNotEmpty();
        assertThat(names(folder)).containsExactly(".env.example", ".gitignore", "README.md", "keelson.yaml");
    }

    @Test
    void folderThatExistsKeepsWhatItHas() throws IOException {
        Files.writeString(folder.resolve("notes.txt"), "mine");

        ProjectTemplate.create(folder, "football");

        assertThat(names(folder))
                .containsExactly(".env.example", ".gitignore", "README.md", "keelson.yaml", "notes.txt");
        assertThat(folder.resolve("notes.txt")).hasContent("mine");
    }

    @Test
    void nothingIsOverwritten() throws IOException {
        Files.writeString(folder.resolve("README.md"), "mine");

        assertThatThrownBy(() -> ProjectTemplate.create(folder, "football"))
                .isInstanceOfSatisfying(KeelsonException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.PROJECT_EXISTS);
                    assertThat(e.getMessage()).contains("README.md");
                });
        assertThat(names(folder)).containsExactly("README.md");
        assertThat(folder.resolve("README.md")).hasContent("mine");
    }

    @Test
    void fileInPlaceOfTheFolderIsKept() throws IOException {
        Path file = Files.writeString(folder.resolve("project"), "mine");

        assertThatThrownBy(() -> ProjectTemplate.create(file, "football"))
                .isInstanceOfSatisfying(
                        KeelsonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PROJECT_EXISTS));
        assertThat(file).hasContent("mine");
    }

    @Test
    void folderThatCannotBeMadeLeavesNothingBehind() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "mine");

        assertThatThrownBy(() -> ProjectTemplate.create(file.resolve("below/project"), "football"))
                .isInstanceOfSatisfying(
                        KeelsonException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_WRITABLE));
        assertThat(names(folder)).containsExactly("file");
    }

    @Test
    void unknownExampleIsRefusedWithTheClosest() {
        assertThatThrownBy(() -> ProjectTemplate.create(folder, "footbal"))
                .isInstanceOfSatisfying(KeelsonException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.USAGE);
                    assertThat(e.problems().getFirst().hint()).isEqualTo("Maybe `football` was meant.");
                });
    }

    private static List<String> names(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
