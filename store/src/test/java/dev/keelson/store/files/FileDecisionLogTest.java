package dev.keelson.store.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileDecisionLogTest {
    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void begin() {
        file = new StateFolder(folder).decisions("stakes");
        try (FileDecisionLog log = new FileDecisionLog(file)) {
            log.append(entry(1));
            log.append(entry(2));
        }
    }

    private static ObjectNode entry(int id) {
        return JsonNodeFactory.instance.objectNode().put("id", id).put("propensity", 0.1 + id / 3.0);
    }

    @Test
    void whatWasAppendedIsThereAgain() {
        try (FileDecisionLog log = new FileDecisionLog(file)) {
            log.append(entry(3));

            assertThat(log.entries()).hasSize(3).last().isEqualTo(entry(3));
        }
        assertThat(FileDecisionLog.look(file)).first().isEqualTo(entry(1));
        assertThat(FileDecisionLog.look(folder.resolve("none"))).isEmpty();
    }

    @Test
    void lineCutOffByACrashIsDropped() throws IOException {
        Files.writeString(file, "0123abcd {\"id\":", StandardOpenOption.APPEND);

        try (FileDecisionLog log = new FileDecisionLog(file)) {
            log.append(entry(3));
        }

        assertThat(FileDecisionLog.look(file)).hasSize(3);
    }

    @Test
    void damageBeforeTheEndIsTold() throws IOException {
        String text = Files.readString(file);
        Files.writeString(file, text.replaceFirst("\"id\":1", "\"id\":7"));

        KeelsonException damaged =
                catchThrowableOfType(KeelsonException.class, () -> FileDecisionLog.look(file));

        assertThat(damaged.problems().getFirst().code()).isEqualTo(ErrorCode.STORE_DAMAGED);
        assertThat(damaged).hasMessageContaining("at byte 0");
    }
}
