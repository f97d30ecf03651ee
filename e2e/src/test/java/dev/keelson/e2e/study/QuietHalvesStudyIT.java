package dev.keelson.e2e.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.e2e.ondemand.Arguments;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two shuffles of a made table; the real rows are not the repository's to bring. */
final class QuietHalvesStudyIT {
    @TempDir
    Path folder;

    @Test
    void shuffledHalvesOfATableAreQuiet() throws IOException {
        Path file = folder.resolve("table.csv.gz");
        Random random = new Random(3);
        try (Writer out = new OutputStreamWriter(new GZIPOutputStream(Files.newOutputStream(file)), StandardCharsets.UTF_8)) {
            out.write("id,price,sport,empty,gaps\n");
            for (int i = 0; i < 4_000; i++) {
                out.write("r%d,%s,%s,,%s\n"
                        .formatted(i, Math.exp(random.nextGaussian()) + i / 1e3, random.nextInt(5) < 3 ? "tennis" : "darts", i % 3 == 0 ? "" : "7"));
            }
        }
        ObjectNode told = JsonNodeFactory.instance.objectNode();

        RealTable table = new RealTable(file, List.of());
        int alarms = QuietHalvesStudy.halves(table, 2, told);

        assertThat(table.names).containsExactly("price", "sport", "gaps"); // ids are no categories, and nothing is nothing
        assertThat(alarms).isZero();
        assertThat(told.path("episodes").asInt()).isEqualTo(2);
        assertThatThrownBy(() -> new QuietHalvesStudy().run(Arguments.none())).hasMessageContaining("--data FOLDER");
    }
}
