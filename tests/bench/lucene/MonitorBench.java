import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;
import org.apache.lucene.analysis.pattern.PatternTokenizer;
import org.apache.lucene.analysis.snowball.SnowballFilter;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.Term;
import org.apache.lucene.monitor.HighlightsMatch;
import org.apache.lucene.monitor.MatcherFactory;
import org.apache.lucene.monitor.MatchingQueries;
import org.apache.lucene.monitor.Monitor;
import org.apache.lucene.monitor.MonitorConfiguration;
import org.apache.lucene.monitor.MonitorQuery;
import org.apache.lucene.monitor.MultipassTermFilteredPresearcher;
import org.apache.lucene.monitor.Presearcher;
import org.apache.lucene.monitor.QueryMatch;
import org.apache.lucene.monitor.TermFilteredPresearcher;
import org.apache.lucene.monitor.TermWeightor;
import org.apache.lucene.queries.spans.SpanNearQuery;
import org.apache.lucene.queries.spans.SpanQuery;
import org.apache.lucene.queries.spans.SpanTermQuery;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;

/**
 * Matches the rules and articles of bench_rules.py with Lucene's Monitor, on one thread.
 *
 * <p>Arguments: rules, articles, frequencies, output for the pairs that match, passes of the presearcher (1: a single
 * posting a rule), tokenizer (standard, words), seconds to measure for. Rules are "id TAB tokens of an expression in
 * brackets"; articles are "id TAB language TAB title TAB body TAB concept ids"; frequencies are "word TAB count". Prints one line
 * of JSON.
 */
public final class MonitorBench {
  private static final int GAP_BETWEEN_FIELDS = 10_000;
  private static final int BATCH = 5_000;

  public static void main(String[] arguments) throws IOException {
    Analyzer analyzer = analyzer(arguments[5].equals("words"));
    Presearcher presearcher = presearcher(Path.of(arguments[2]), Integer.parseInt(arguments[4]), analyzer);
    double seconds = Double.parseDouble(arguments[6]);
    long empty = usedBytes();
    try (Monitor monitor = new Monitor(analyzer, presearcher, new MonitorConfiguration())) {
      long started = System.nanoTime();
      int rules = register(monitor, Path.of(arguments[0]), analyzer);
      double buildSeconds = (System.nanoTime() - started) / 1e9;
      long grown = usedBytes() - empty;
      List<String> ids = new ArrayList<>();
      List<Document> articles = articles(Path.of(arguments[1]), ids);
      int pairs = writePairs(monitor, articles, ids, Path.of(arguments[3]));
      Rate found = rate(monitor, articles, QueryMatch.SIMPLE_MATCHER, seconds);
      Rate proven = rate(monitor, articles, HighlightsMatch.MATCHER, seconds);
      System.out.printf(
          Locale.ROOT,
          "{\"rules\": %d, \"pairs\": %d, \"found_per_second\": %.3f, \"proven_per_second\": %.3f, \"build_seconds\": %.2f, \"bytes_a_rule\": %.1f, \"found_collecting\": %.4f, \"proven_collecting\": %.4f}%n",
          rules, pairs, found.best, proven.best, buildSeconds, grown / (double) rules, found.collecting, proven.collecting);
    }
  }

  private static Analyzer analyzer(boolean words) {
    return new Analyzer() {
      @Override
      protected TokenStreamComponents createComponents(String field) {
        Tokenizer source = words
            ? new PatternTokenizer(Pattern.compile("[^\\W_]+", Pattern.UNICODE_CHARACTER_CLASS), 0)
            : new StandardTokenizer();
        TokenStream stems = new SnowballFilter(new LowerCaseFilter(source), "English");
        return new TokenStreamComponents(source, new ASCIIFoldingFilter(stems));
      }

      @Override
      public int getPositionIncrementGap(String field) {
        return GAP_BETWEEN_FIELDS;
      }
    };
  }

  private static Presearcher presearcher(Path frequencies, int passes, Analyzer analyzer) throws IOException {
    Map<String, Integer> counts = new HashMap<>();
    for (String line : Files.readAllLines(frequencies)) {
      String[] columns = line.split("\t");
      counts.put(columns[0], Integer.parseInt(columns[1]));
    }
    TermWeightor weightor = TermWeightor.combine(TermWeightor.termFreqWeightor(counts, 100, 0.8), TermWeightor.lengthWeightor(3, 0.3f));
    return passes == 1
        ? new TermFilteredPresearcher(weightor, List.of(), java.util.Set.of())
        : new MultipassTermFilteredPresearcher(passes, 0.0f, weightor, List.of(), java.util.Set.of());
  }

  private static int register(Monitor monitor, Path rules, Analyzer analyzer) throws IOException {
    int count = 0;
    List<MonitorQuery> batch = new ArrayList<>();
    try (BufferedReader lines = Files.newBufferedReader(rules)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        int tab = line.indexOf('\t');
        batch.add(new MonitorQuery(line.substring(0, tab), new Expression(line.substring(tab + 1), analyzer).read()));
        if (batch.size() == BATCH) {
          monitor.register(batch);
          batch.clear();
        }
        count++;
      }
    }
    monitor.register(batch);
    return count;
  }

  private static List<Document> articles(Path file, List<String> ids) throws IOException {
    List<Document> articles = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      String[] columns = line.split("\t", -1);
      ids.add(columns[0]);
      Document article = new Document();
      article.add(new StringField("lang", columns[1], Field.Store.NO));
      article.add(new TextField("title", columns[2], Field.Store.NO));
      article.add(new TextField("text", columns[2], Field.Store.NO));
      article.add(new TextField("text", columns[3], Field.Store.NO));
      for (String concept : columns[4].split(" ")) {
        article.add(new StringField("concept", concept, Field.Store.NO));
      }
      articles.add(article);
    }
    return articles;
  }

  private static int writePairs(Monitor monitor, List<Document> articles, List<String> ids, Path file) throws IOException {
    int count = 0;
    try (PrintWriter pairs = new PrintWriter(Files.newBufferedWriter(file, StandardCharsets.UTF_8))) {
      for (int at = 0; at < articles.size(); at++) {
        MatchingQueries<QueryMatch> matches = monitor.match(articles.get(at), QueryMatch.SIMPLE_MATCHER);
        if (!matches.getErrors().isEmpty()) {
          throw new IllegalStateException(matches.getErrors().toString());
        }
        for (QueryMatch match : matches.getMatches()) {
          pairs.println(ids.get(at) + "\t" + match.getQueryId());
          count++;
        }
      }
    }
    return count;
  }

  /** Articles a second in the best round, and the share of the whole time that went into collecting garbage. */
  private record Rate(double best, double collecting) {}

  /** Matches all articles in rounds; the first ones warm the machine up. */
  private static <T extends QueryMatch> Rate rate(Monitor monitor, List<Document> articles, MatcherFactory<T> matcher, double seconds)
      throws IOException {
    double best = 0;
    long begun = System.nanoTime();
    long collected = collectionMillis();
    long until = begun + (long) (seconds * 1e9);
    for (int round = 0; round < 2 || System.nanoTime() < until; round++) {
      long started = System.nanoTime();
      for (Document article : articles) {
        monitor.match(article, matcher);
      }
      best = Math.max(best, articles.size() / ((System.nanoTime() - started) / 1e9));
    }
    double collecting = (collectionMillis() - collected) / ((System.nanoTime() - begun) / 1e6);
    return new Rate(best, collecting);
  }

  private static long collectionMillis() {
    long millis = 0;
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      millis += collector.getCollectionTime();
    }
    return millis;
  }

  private static long usedBytes() {
    Runtime runtime = Runtime.getRuntime();
    System.gc();
    System.gc();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  /** Reads "( and ( word a ) ( not ( phrase b c ) ) )" as a query. */
  private static final class Expression {
    private final String[] tokens;
    private final Analyzer analyzer;
    private int at;

    Expression(String text, Analyzer analyzer) {
      this.tokens = text.split(" ");
      this.analyzer = analyzer;
    }

    Query read() throws IOException {
      at++;
      String operator = tokens[at++];
      Query query = switch (operator) {
        case "and" -> all();
        case "or" -> any();
        case "word" -> new TermQuery(term("text", tokens[at++]));
        case "title" -> new TermQuery(term("title", tokens[at++]));
        case "phrase" -> phrase();
        case "near" -> near();
        case "concept", "lang" -> new TermQuery(new Term(operator, tokens[at++]));
        default -> throw new IllegalArgumentException(operator);
      };
      at++;
      return query;
    }

    private Query all() throws IOException {
      BooleanQuery.Builder query = new BooleanQuery.Builder();
      while (tokens[at].equals("(")) {
        if (tokens[at + 1].equals("not")) {
          at += 2;
          query.add(read(), BooleanClause.Occur.MUST_NOT);
          at++;
        } else {
          query.add(read(), BooleanClause.Occur.MUST);
        }
      }
      return query.build();
    }

    private Query any() throws IOException {
      BooleanQuery.Builder query = new BooleanQuery.Builder();
      while (tokens[at].equals("(")) {
        query.add(read(), BooleanClause.Occur.SHOULD);
      }
      return query.build();
    }

    private Query phrase() throws IOException {
      PhraseQuery.Builder query = new PhraseQuery.Builder();
      while (!tokens[at].equals(")")) {
        query.add(term("text", tokens[at++]));
      }
      return query.build();
    }

    private Query near() throws IOException {
      int between = Integer.parseInt(tokens[at++]);
      SpanQuery[] operands = {new SpanTermQuery(term("text", tokens[at++])), new SpanTermQuery(term("text", tokens[at++]))};
      return new SpanNearQuery(operands, between, false);
    }

    private Term term(String field, String word) throws IOException {
      try (TokenStream stream = analyzer.tokenStream(field, word)) {
        CharTermAttribute text = stream.addAttribute(CharTermAttribute.class);
        stream.reset();
        if (!stream.incrementToken()) {
          throw new IllegalArgumentException("no word: " + word);
        }
        Term term = new Term(field, text.toString());
        stream.end();
        return term;
      }
    }
  }

  private MonitorBench() {}
}
