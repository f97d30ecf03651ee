package dev.keelson.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.error.ErrorCode;
import dev.keelson.frame.ColumnType;
import dev.keelson.http.PredictSignature;
import dev.keelson.http.PredictionCsv;
import dev.keelson.http.SeededBackend;
import dev.keelson.wiring.ParquetBodies;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Rows as CSV, lines of JSON and Parquet. */
@Timeout(60)
final class PredictBodiesTest {
    private static final String PREDICT = "/api/v1/models/football-1x2/predict";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static SeededBackend backend;
    private static KeelsonServer server;
    private static Client client;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() {
        backend = SeededBackend.seeded();
        server = KeelsonServer.start(backend, KeelsonServer.DEFAULT_HOST, 0);
        client = new Client(server.url());
    }

    @AfterAll
    static void stop() {
        client.close();
        server.stop();
    }

    private static Client.Answer csv(String body, String accept) {
        return client.post(PREDICT, body, "Content-Type", "text/csv", "Accept", accept);
    }

    private static List<JsonNode> lines(Client.Answer answer) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return answer.text().lines().map(PredictBodiesTest::json).toList();
    }

    private static JsonNode json(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (IOException e) {
            throw new AssertionError(text, e);
        }
    }

    @Test
    void csvIsAnsweredAsJsonUnlessCsvIsAccepted() {
        String rows = "HomeTeam,AwayTeam,AvgH,crowd,FTR\n\"North, port\",B,2.5,,H\nC,D,,7,\n";

        JsonNode json = csv(rows, "*/*").json();
        Client.Answer csv = csv(rows, "text/csv");

        assertThat(json.path("predictions")).hasSize(2);
        assertThat(json.at("/predictions/0/row").asInt()).isEqualTo(1);
        assertThat(json.at("/predictions/1/entity").asText()).isEqualTo("C|D");
        assertThat(json.path("refused")).isEmpty();
        assertThat(csv.header("Content-Type")).isEqualTo("text/csv");
        assertThat(csv.text().lines().toList().getFirst())
                .isEqualTo("row,entity,predicted,confidence,p_H,p_D,p_A,set,version,as_of,id,warnings,error");
        assertThat(csv.text().lines().toList().get(1)).startsWith("1,\"North, port|B\",H,0.5,0.5,0.3,0.2,,7,2020-07-06T09:00:00Z,");
        assertThat(backend.lastRows().getFirst()).containsEntry("AvgH", 2.5).containsEntry("crowd", null).doesNotContainKey("FTR");
    }

    @Test
    void aWrongRowIsToldAndTheOthersAreAnswered() {
        String rows = "HomeTeam,AwayTeam,AvgH,crowd\nA,B,1,2\n,B,1,2\nC,D,1\n\"=E\",F,1,2\n";

        JsonNode json = csv(rows, "application/json").json();
        List<String> csv = csv(rows, "text/csv").text().lines().toList();

        assertThat(json.path("predictions").findValuesAsText("row")).containsExactly("1", "4");
        assertThat(json.path("refused_rows").asInt()).isEqualTo(2);
        assertThat(json.at("/refused/0/line").asInt()).isEqualTo(3);
        assertThat(json.at("/refused/0/errors/0/field").asText()).isEqualTo("HomeTeam");
        assertThat(json.at("/refused/1/errors/0/detail").asText()).isEqualTo("The line has 3 cells; the header has 4.");
        assertThat(csv.get(2)).startsWith("2,,,").contains("HomeTeam: The value");
        assertThat(csv.get(4)).startsWith("4,'=E|F,H");
    }

    @Test
    void aHeaderThatFitsNoRowIsRefusedAsAWhole() {
        ApiTest.assertProblem(csv("HomeTeam,AwayTeam,AvgH,crowdd\nA,B,1,2\n", "*/*"), 400, ErrorCode.BAD_REQUEST);
        assertThat(csv("HomeTeam,AwayTeam,AvgH,crowdd\nA,B,1,2\n", "*/*").text()).contains("There is no column (crowdd)", "The column (crowd) is missing");
        ApiTest.assertProblem(csv("HomeTeam,HomeTeam,AwayTeam,AvgH,crowd\n", "*/*"), 400, ErrorCode.BAD_REQUEST);
        ApiTest.assertProblem(csv("HomeTeam,AwayTeam,AvgH,crowd\n", "*/*"), 400, ErrorCode.BAD_REQUEST);
        ApiTest.assertProblem(csv("", "*/*"), 400, ErrorCode.BAD_REQUEST);
        ApiTest.assertProblem(csv("HomeTeam,AwayTeam,AvgH,crowd\nA,B,1,2\n", "text/html"), 406, ErrorCode.BAD_REQUEST);
        ApiTest.assertProblem(
                client.post("/api/v1/models/none/predict", "a\n1\n", "Content-Type", "text/csv"), 404, ErrorCode.MODEL_NOT_FOUND);
        ApiTest.assertProblem(
                client.post(PREDICT + "?details=features", "a\n1\n", "Content-Type", "text/csv", "Accept", "text/csv"),
                400,
                ErrorCode.BAD_REQUEST);
        ApiTest.assertProblem(
                client.post(PREDICT + "?details=speed", "a\n1\n", "Content-Type", "text/csv"), 400, ErrorCode.BAD_REQUEST);
    }

    @Test
    void thereMayBeAnyNumberOfRows() {
        String rows = IntStream.range(0, 30_000).mapToObj(i -> "A" + i + ",B,1,2\n").collect(Collectors.joining("", "HomeTeam,AwayTeam,AvgH,crowd\n", ""));

        List<String> answers = csv(rows, "text/csv").text().lines().toList();

        assertThat(answers).hasSize(30_001);
        assertThat(answers.getLast()).startsWith("30000,A29999|B,H");
        assertThat(backend.lastRows()).hasSizeLessThanOrEqualTo(500);
    }

    @Test
    void linesAreAnsweredLineByLine() {
        String rows = """
                {"HomeTeam":"A","AwayTeam":"B","AvgH":1.5,"crowd":null}

                {"HomeTeam":1,"AwayTeam":"B"}
                [1]
                {"HomeTeam":"A","AwayTeam":{}}
                {oops
                {"HomeTeam":"C","AwayTeam":"D"}""";

        Client.Answer answer = client.post(PREDICT + "?durable=true&version=3", rows, "Content-Type", "application/x-ndjson");
        List<JsonNode> lines = lines(answer);

        assertThat(answer.header("Content-Type")).isEqualTo("application/x-ndjson");
        assertThat(lines).extracting(each -> each.path("row").asInt()).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(lines.getFirst().path("predicted").asText()).isEqualTo("H");
        assertThat(lines.get(1).path("line").asInt()).isEqualTo(3);
        assertThat(lines.get(1).at("/errors/0/field").asText()).isEqualTo("HomeTeam");
        assertThat(lines.get(2).at("/errors/0/detail").asText()).contains("no object");
        assertThat(lines.get(3).at("/errors/0/field").asText()).isEqualTo("AwayTeam");
        assertThat(lines.get(4).at("/errors/0/detail").asText()).contains("not JSON");
        assertThat(lines.getLast().path("entity").asText()).isEqualTo("C|D");
        assertThat(backend.lastOptions().durable()).isTrue();
        assertThat(backend.lastOptions().version()).isEqualTo("3");
    }

    @Test
    void whoeverSendsOneLineHasItsAnswerBeforeSendingTheNext() throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            OutputStream out = socket.getOutputStream();
            BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            out.write(("POST " + PREDICT + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));

            List<String> answers = new ArrayList<>();
            for (String home : List.of("First", "Second")) {
                String line = "{\"HomeTeam\":\"%s\",\"AwayTeam\":\"B\"}\n".formatted(home);
                out.write((Integer.toHexString(line.length()) + "\r\n" + line + "\r\n").getBytes(StandardCharsets.US_ASCII));
                out.flush();
                String answer = in.readLine();
                while (!answer.startsWith("{")) {
                    answer = in.readLine();
                }
                answers.add(answer);
            }
            out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

            assertThat(answers.getFirst()).contains("First|B");
            assertThat(answers.getLast()).contains("Second|B");
        }
    }

    @Test
    void aLineThatIsTooLongIsToldAndTheNextIsAnswered() {
        String rows = "{\"HomeTeam\":\"" + "x".repeat(2 << 20) + "\"}\n{\"HomeTeam\":\"A\",\"AwayTeam\":\"B\"}\n";

        List<JsonNode> lines = lines(client.post(PREDICT, rows, "Content-Type", "application/x-ndjson"));

        assertThat(lines.getFirst().at("/errors/0/detail").asText()).contains("longer than");
        assertThat(lines.getLast().path("predicted").asText()).isEqualTo("H");
    }

    @Test
    void parquetIsAnsweredAsParquetOrJson() throws Exception {
        Path csv = Files.writeString(folder.resolve("in.csv"), "HomeTeam,AwayTeam,AvgH,crowd\nA,B,1.5,7\nC,D,,\n,F,1,1\n");
        Path file = folder.resolve("in.parquet");
        Map<String, String> types = new LinkedHashMap<>();
        types.put("HomeTeam", "VARCHAR");
        types.put("AwayTeam", "VARCHAR");
        types.put("AvgH", "DOUBLE");
        types.put("crowd", "DOUBLE");
        new ParquetBodies().write(csv, types, file);

        byte[] answer = send(file, "application/vnd.apache.parquet");
        JsonNode json = MAPPER.readTree(send(file, "application/json"));

        assertThat(json.path("predictions").findValuesAsText("entity")).containsExactly("A|B", "C|D");
        assertThat(json.at("/refused/0/row").asInt()).isEqualTo(3);
        assertThat(backend.lastRows().getFirst()).containsEntry("crowd", 7L).containsEntry("AvgH", 1.5);
        assertThat(backend.lastRows().getLast()).containsEntry("AvgH", null);
        Path back = Files.write(folder.resolve("out.parquet"), answer);
        List<Object> entities = new ArrayList<>();
        PredictSignature columns = new PredictSignature(
                "m", 1, null, new PredictionCsv(List.of("H", "D", "A")).columns().keySet().stream()
                        .map(name -> new PredictSignature.Column(name, ColumnType.STRING, false, true, true)).toList(),
                List.of(), null, List.of(), List.of(), List.of("H", "D", "A"));
        new ParquetBodies().read(back, columns, row -> entities.add(row.cells().get("entity")));
        assertThat(entities).containsExactly("A|B", "C|D", null);
        ApiTest.assertProblem(
                client.post(PREDICT, "PAR1 no", "Content-Type", "application/vnd.apache.parquet"),
                400,
                ErrorCode.SOURCE_UNREADABLE);
    }

    /** Sends the first bytes of a file. */
    private static Socket begun(byte[] file, int sent) throws IOException {
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
        OutputStream to = socket.getOutputStream();
        String head = """
                POST %s HTTP/1.1
                Host: 127.0.0.1:%d
                Content-Type: application/vnd.apache.parquet
                Accept: application/json
                Content-Length: %d

                """.formatted(PREDICT, server.port(), file.length);
        to.write(head.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII));
        to.write(file, 0, sent);
        to.flush();
        return socket;
    }

    @Test
    void parquetThatComesSlowlyKeepsNobodyElseWaiting() throws Exception {
        int rows = 2_000;
        StringBuilder text = new StringBuilder("HomeTeam,AwayTeam,AvgH,crowd\n");
        for (int i = 0; i < rows; i++) {
            text.append("home ").append(i).append(",away,1.5,7\n");
        }
        Path csv = Files.writeString(folder.resolve("many.csv"), text);
        Path file = folder.resolve("many.parquet");
        Map<String, String> types = new LinkedHashMap<>();
        types.put("HomeTeam", "VARCHAR");
        types.put("AwayTeam", "VARCHAR");
        types.put("AvgH", "DOUBLE");
        types.put("crowd", "DOUBLE");
        new ParquetBodies().write(csv, types, file);
        byte[] bytes = Files.readAllBytes(file);
        List<Socket> slow = new ArrayList<>();

        for (int i = 0; i < 5; i++) { // more than are read at once
            slow.add(begun(bytes, bytes.length / 2));
        }
        JsonNode answer = MAPPER.readTree(send(file, "application/json"));

        assertThat(answer.path("predictions")).hasSize(rows);
        for (Socket each : slow) {
            each.close();
        }
    }

    private static byte[] send(Path file, String accept) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<byte[]> response = http.send(
                    HttpRequest.newBuilder(URI.create(server.url() + PREDICT))
                            .header("Content-Type", "application/vnd.apache.parquet")
                            .header("Accept", accept)
                            .POST(HttpRequest.BodyPublishers.ofFile(file))
                            .build(),
                    HttpResponse.BodyHandlers.ofByteArray());
            assertThat(response.statusCode()).as(new String(response.body(), StandardCharsets.UTF_8)).isEqualTo(200);
            assertThat(response.headers().firstValue("Content-Type")).contains(accept);
            return response.body();
        }
    }
}
