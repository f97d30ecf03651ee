package dev.keelson.http.server;

import dev.keelson.http.SeededBackend;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import static org.assertj.core.api.Assertions.assertThat;

/** The console's pages about data. */
class DataPagesTest {
    private KeelsonServer server;
    private Client client;

    @BeforeEach
    void start() {
        server = KeelsonServer.start(SeededBackend.seeded(), KeelsonServer.DEFAULT_HOST, 0);
        client = new Client(server.url());
    }

    @AfterEach
    void stop() {
        client.close();
        server.stop();
    }

    @Test
    void checksStandBesideTheirLimitsAndTheirPast() {
        String page = client.get("/data").text();

        assertThat(page)
                .contains("<code>row_count &gt;= 1</code>")
                .contains("warned")
                .contains("row_count &gt;= 1 in the last 6 reports, dashed: the limit")
                .contains("href=\"/data/matches/rows\"")
                .contains("href=\"/review?source=matches\">2</a>");
    }

    @Test
    void rowsAtFaultSayWhereTheyStand() {
        String page = client.get("/data/matches/rows").text();

        assertThat(page).contains("matches.csv:3:14").contains("set aside").contains("b,2020-01-02,0.5").contains("2 rows");
        assertThat(client.get("/data/nothing/rows").status()).isEqualTo(404);
        assertThat(client.get("/data/matches/rows?page=x").status()).isEqualTo(400);
    }

    @Test
    void aCheckThatLoadsNothingShowsWhatItFound() {
        Client.Answer made = client.post("/data/matches/check", "");
        String page = client.get("/data").text();
        String rows = page.substring(page.indexOf("/data/matches/rows?report="));
        rows = rows.substring(0, rows.indexOf('"'));

        assertThat(made.status()).isEqualTo(303);
        assertThat(page).contains("Source checked, not loaded").contains("in the last 7 reports");
        assertThat(client.get(rows).text()).contains("Found by the check of").contains("matches.csv:3:14");
        assertThat(client.get("/data/matches/rows?report=none").status()).isEqualTo(404);
    }

    @Test
    void aRowIsCorrectedAndTheDecisionUndone() {
        String row = row(client.get("/review").text());

        Client.Answer unexplained = client.post("/review/matches/" + row, "action=accept&reason=");
        Client.Answer unknown = client.post("/review/matches/" + row, "action=praise&reason=x");
        Client.Answer decided = client.post("/review/matches/" + row, "action=correct&column=odds&text=1.5&reason=A+typo.");
        String after = client.get("/review?source=matches&state=decided").text();

        assertThat(unexplained.status()).isEqualTo(400);
        assertThat(unknown.status()).isEqualTo(400);
        assertThat(decided.status()).isEqualTo(303);
        assertThat(decided.header("Location")).isEqualTo("/review?source=matches");
        assertThat(after).contains("A typo.").contains("odds: 0.5 → 1.5").contains("by console");
        assertThat(client.get("/review").text()).contains("1 row.").doesNotContain("/review/matches/" + row);
        String undo = after.substring(after.indexOf("/review/matches/decisions/"));
        undo = undo.substring(0, undo.indexOf('"'));
        assertThat(client.post(undo, "reason=It+was+right.").status()).isEqualTo(303);
        assertThat(client.get("/review").text()).contains("2 rows.").contains("reverted");
    }

    @Test
    void severalRowsAreDecidedForOneReason() {
        String page = client.get("/review").text();
        List<String> rows = Pattern.compile("form=\"several\" name=\"row\" value=\"([0-9a-f]+)\"")
                .matcher(page)
                .results()
                .map(row -> "&row=" + row.group(1))
                .toList();
        assertThat(rows).hasSize(2);

        Client.Answer none = client.post("/review/matches", "action=accept&reason=x");
        Client.Answer unknown = client.post("/review/matches", "action=accept&reason=x" + rows.getFirst() + "&row=beef");
        Client.Answer corrected = client.post("/review/matches", "action=correct&reason=x" + rows.getFirst());
        assertThat(client.get("/review").text()).contains("2 rows.");
        Client.Answer decided =
                client.post("/review/matches", "action=reject&reason=A+broken+feed." + String.join("", rows));

        assertThat(List.of(none.status(), unknown.status(), corrected.status(), decided.status()))
                .containsExactly(400, 404, 400, 303);
        assertThat(client.get("/review?source=matches&state=decided").text())
                .contains("2 rows.")
                .contains("A broken feed.")
                .contains("rejected");
    }

    @Test
    void aForeignPageDecidesNothing() {
        String row = row(client.get("/review").text());

        Client.Answer answer = client.post(
                "/review/matches/" + row, "action=accept&reason=x", "Origin", "https://evil.example");

        assertThat(answer.status()).isEqualTo(403);
        assertThat(client.get("/review").text()).contains("2 rows.");
    }

    @Test
    void theCatalogueSaysHowOldTheNewestEventIs() {
        String page = client.get("/features").text();

        assertThat(page).contains("points_last10, goals_for_last5, rest_days").contains("fresh").contains("stale");
        assertThat(page).contains("class=\"n\">2 d</td>").contains("/models/football-1x2");
    }

    @Test
    void aViewShowsDefinitionsStatisticsAndImportance() {
        String page = client.get("/features/team_form").text();

        assertThat(page)
                .contains("mean(points, last=10)")
                .contains("within its time to live (60d)")
                .contains("home.team_form.points_last10")
                .contains("2.5 %")
                .contains("Importance of points_last10 in 8 versions of football-1x2");
        assertThat(client.get("/features/team_from", "Accept", "text/html").text()).contains("team_form");
    }

    @Test
    void anEntitysValuesAreShownWithTheirAge() {
        String known = client.get("/features/team_form?key=Northport").text();
        String unknown = client.get("/features/team_form?key=%3Cb%3E").text();

        assertThat(known).contains("title=\"1.625\">1.63<").contains("present").contains("2 d");
        assertThat(unknown).contains("not known").doesNotContain("<b>").contains("value=\"&lt;b>\"");
    }

    @Test
    void versionsAreListedDescribedTaggedAndCompared() {
        String list = client.get("/versions").text();
        Client.Answer tagged = client.post("/data/matches/versions/latest/tags", "tag=season-2020");
        String version = client.get("/data/matches/versions/season-2020").text();
        String compared = list.substring(list.indexOf("/data/matches/diff?before="));
        String difference = client.get(compared.substring(0, compared.indexOf('"')).replace("&amp;", "&")).text();

        assertThat(list).contains("+2").contains("with the one before");
        assertThat(tagged.status()).isEqualTo(303);
        assertThat(tagged.header("Location")).matches("/data/matches/versions/[0-9a-f]{12}");
        assertThat(version).contains("season-2020</span>").contains("median 3.00").contains(">date</td>");
        assertThat(difference).contains("added").contains("odds: 2.4 → 2.5").contains("1 → 3");
        assertThat(client.post("/data/matches/untag", "tag=season-2020").status()).isEqualTo(303);
        assertThat(client.get("/data/matches/versions/season-2020").status()).isEqualTo(404);
        assertThat(client.get("/data/matches/diff").status()).isEqualTo(400);
        assertThat(client.post("/data/matches/versions/latest/tags", "tag=../x").status()).isEqualTo(400);
    }

    private static String row(String page) {
        String address = page.substring(page.indexOf("action=\"/review/matches/") + "action=\"/review/matches/".length());
        return address.substring(0, address.indexOf('"'));
    }
}
