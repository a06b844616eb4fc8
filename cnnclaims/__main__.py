from cnnclaims.cli import main

main()
