# Prints what Sisimai makes of each mail of a folder: file, recipient, hard|soft|other; a file alone where it finds nothing.
use strict;
use warnings;
use File::Find;
use Sisimai;

binmode STDOUT, ':encoding(UTF-8)';
my @files;
find(sub { push @files, $File::Find::name if /\.eml\z/ }, shift);
for my $file (sort @files) {
    my $found = eval { Sisimai->make($file, delivered => 1) } // [];
    print "$file\n" unless @$found;
    for my $one (@$found) {
        my $soft = $one->softbounce;
        my $word = $soft == 1 ? 'soft' : $soft == 0 ? 'hard' : 'other';
        print join("\t", $file, $one->recipient->address, $word), "\n";
    }
}
