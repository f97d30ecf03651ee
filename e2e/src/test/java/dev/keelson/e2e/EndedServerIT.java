package dev.keelson.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.e2e.ondemand.ServerProcess;
import dev.keelson.serve.spi.PredictionLog.JournalPosition;
import dev.keelson.store.files.StateFolder;
import dev.keelson.store.journal.Journal;
import dev.keelson.store.journal.JournalConfig;
import dev.keelson.store.journal.JournalRecord;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server that is told to end, as it is stopped where it is deployed. */
final class EndedServerIT {
    private static final String BODY = "{\"id\":\"g9\",\"time\":\"2025-06-01T12:00:00Z\",\"strength\":0.5}";

    private static Set<String> journaled(Path folder) throws IOException {
        Set<String> ids = new HashSet<>();
        try (Journal journal = Journal.open(
                new StateFolder(folder.resolve(".keelson")).journal(), JournalConfig.defaults(), JournalPosition.START)) {
            journal.read(JournalPosition.START, journal.end(), (record, place) -> {
                if (record instanceof JournalRecord.Predicted predicted) {
                    ids.add(predicted.event().id().toString());
                }
            });
        }
        return ids;
    }

    @Test
    @Timeout(120)
    void whatIsAskedIsAnsweredAndLoggedAndNothingElseIsTaken() throws IOException, InterruptedException {
        try (ServerProcess server = ServerProcess.serving("-Xmx512m", "-XX:+UseSerialGC");
                Socket asked = new Socket(InetAddress.getLoopbackAddress(), server.port());
                Socket silent = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            asked.getOutputStream()
                    .write(("POST /api/v1/models/winner/predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                                    + "Expect: 100-continue\r\nContent-Length: " + BODY.length() + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            String goOn = new String(asked.getInputStream().readNBytes(25), StandardCharsets.US_ASCII);
            assertThat(goOn).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n"); // it is being worked on

            server.terminate();
            while (server.listens()) {
                Thread.onSpinWait();
            }
            assertThat(silent.getInputStream().read()).isEqualTo(-1);
            asked.getOutputStream().write(BODY.getBytes(StandardCharsets.US_ASCII));
            String answer = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(answer).startsWith("HTTP/1.1 200");
            JsonNode prediction = new ObjectMapper().readTree(answer.substring(answer.indexOf('{'), answer.lastIndexOf('}') + 1));
            assertThat(server.ended()).isZero();
            assertThat(journaled(server.folder())).contains(prediction.at("/predictions/0/id").asText());
        }
    }
}
